import type { Random } from '../mallm/random.js';
import type { PromptColumn } from './column-reader.js';
import type { PromptEdge } from './prompt-reader.js';

/** Length, characters, from which the model shortens the task before it adds to it. */
const LONG = 1300;

/**
 * The task of the best trial with a sentence more, as real optimizers were seen to let it grow; above a length it first
 * loses a sentence from the middle. The simulated generator does not act on the wording.
 */
export function nextTask(task: string, columns: PromptColumn[], edges: readonly PromptEdge[], random: Random): string {
  const sentences = task.split(/(?<=[.!?])\s+/).filter((sentence) => sentence !== '');
  const addition = sentenceOn(columns, edges, random);
  while (sentences.length > 1 && sentences.join(' ').length + addition.length > LONG) {
    sentences.splice(Math.floor(sentences.length / 2), 1);
  }
  if (!sentences.includes(addition)) sentences.push(addition);
  return sentences.join(' ').slice(0, LONG);
}

function sentenceOn(columns: PromptColumn[], edges: readonly PromptEdge[], random: Random): string {
  const name = random.pick(columns).name;
  const edge = edges.length > 0 ? random.pick(edges) : null;
  const sentences = [
    `Vary "${name}" as widely as the real rows do.`,
    `Do not repeat a real row; change several columns at once.`,
    `Include rare values of "${name}" now and then.`,
    `Keep "${name}" within what is plausible for the rest of the row.`,
    `Make ordinary rows as often as remarkable ones.`,
  ];
  if (edge !== null) {
    const [from, to] = [columns[edge[0]]!.name, columns[edge[1]]!.name];
    sentences.push(`Choose "${to}" after "${from}", so that it follows from it.`);
    sentences.push(`Check that "${to}" fits "${from}" before writing the row.`);
  }
  return random.pick(sentences);
}
