import { describeColumn } from '../table/column-description.js';
import type { TableSchema } from '../table/dataset.js';
import { ruleSentence } from '../rules/rule-sentence.js';
import type { Theta } from '../theta/theta.js';

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

/** A user message of these sections, in order. */
export function promptText(sections: readonly PromptSection[]): string {
  return sections.map(({ title, lines }) => [`## ${title}`, ...lines].join('\n')).join('\n\n');
}

/** The fixed parts of θ, as in the prompts of both roles. Identifiers are left out. */
export function fixedSections({ context, schema }: Pick<Theta, 'context' | 'schema'>): PromptSection[] {
  const columns = schema.columns.filter(({ kind }) => kind !== 'identifier');
  const target = `The column to be predicted from the others is ${JSON.stringify(schema.target)}.`;
  return [
    { title: 'Context', lines: [freeText(context), target].filter((line) => line !== '') },
    { title: 'Columns', lines: columns.map((column) => `- ${JSON.stringify(column.name)}: ${describeColumn(column)}`) },
    ...rulesSection(schema),
  ];
}

/** What holds between the columns in every row; nothing where there are no rules. */
function rulesSection(schema: TableSchema): PromptSection[] {
  const { rules = [] } = schema;
  if (rules.length === 0) return [];
  const lines = rules.map((rule) => `- ${ruleSentence(schema, rule)}`);
  return [{ title: 'Rules', lines: ['Every row keeps these, wherever its cells are not missing:', ...lines] }];
}

/** Text that a person or a model wrote, so that no line of it can be taken for a heading of the prompt. */
export function freeText(text: string): string {
  return text.trim().replace(/^#/gm, ' #');
}
