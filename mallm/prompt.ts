import { describeColumn } from './column-description.js';
import type { Edge, Theta } from './theta.js';

/** One message of a conversation with a chat model. */
export interface PromptMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** One `## Title` section of a user message. */
export interface PromptSection {
  title: string;
  lines: readonly string[];
}

/** What stands where a causal structure has no edge. */
export const NO_EDGES = '(none known)';

/** A user message of these sections, in order. */
export function promptText(sections: readonly PromptSection[]): string {
  return sections.map(({ title, lines }) => [`## ${title}`, ...lines].join('\n')).join('\n\n');
}

/** The parts of θ that stay fixed, as both roles are told them. Identifiers are left out. */
export function fixedSections({ context, schema }: Pick<Theta, 'context' | 'schema'>): PromptSection[] {
  const columns = schema.columns.filter(({ kind }) => kind !== 'identifier');
  const target = `The column to be predicted from the others is ${JSON.stringify(schema.target)}.`;
  return [
    { title: 'Context', lines: [freeText(context), target].filter((line) => line !== '') },
    { title: 'Columns', lines: columns.map((column) => `- ${JSON.stringify(column.name)}: ${describeColumn(column)}`) },
  ];
}

/** One edge a line, by JSON-quoted names: `"age" -> "Income"`. */
export function edgeLines(edges: readonly Edge[]): string[] {
  return edges.length === 0 ? [NO_EDGES] : edges.map(edgeLine);
}

/** An edge by JSON-quoted names. */
export function edgeLine({ from, to }: Edge): string {
  return `${JSON.stringify(from)} -> ${JSON.stringify(to)}`;
}

/** Text that a person or a model wrote, so that no line of it can be taken for a heading of the prompt. */
export function freeText(text: string): string {
  return text.trim().replace(/^#/gm, ' #');
}
