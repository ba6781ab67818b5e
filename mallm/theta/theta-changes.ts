import { structureChanges } from './causal-structure.js';
import type { StructureChanges } from './causal-structure.js';
import type { EvolvingTheta } from './theta.js';

/** One sentence or line, and whether it is in both texts or in one. */
export interface TextChange {
  kind: 'kept' | 'removed' | 'added';
  text: string;
}

/** What turned one θ into another. */
export interface ThetaChanges {
  structure: StructureChanges;
  /** Columns that came to be given, and that no longer are. */
  given: { added: string[]; removed: string[] };
  /** Both task instructions, sentence by sentence, in order. */
  task: TextChange[];
}

/** What changed from one θ to another. Paper: Tables 4 and 10. */
export function thetaChanges(before: EvolvingTheta, after: EvolvingTheta): ThetaChanges {
  return {
    structure: structureChanges(before.causalStructure, after.causalStructure),
    given: listChanges(before.givenColumns ?? [], after.givenColumns ?? []),
    task: textChanges(before.taskInstruction, after.taskInstruction),
  };
}

/** Two texts side by side by sentence and line, with as many kept as can be (longest common subsequence). */
export function textChanges(before: string, after: string): TextChange[] {
  const [old, fresh] = [sentences(before), sentences(after)];
  const common = commonLengths(old, fresh);
  const changes: TextChange[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      changes.push({ kind: 'kept', text: old[i]! });
      i++;
      j++;
    } else if (j >= fresh.length || (i < old.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      changes.push({ kind: 'removed', text: old[i++]! });
    } else {
      changes.push({ kind: 'added', text: fresh[j++]! });
    }
  }
  return changes;
}

function listChanges(before: string[], after: string[]): ThetaChanges['given'] {
  return {
    added: after.filter((name) => !before.includes(name)),
    removed: before.filter((name) => !after.includes(name)),
  };
}

function sentences(text: string): string[] {
  return text
    .split(/\n+|(?<=[.!?;])\s+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}

/** How many sentences the rests from `i` and from `j` have in common. */
function commonLengths(old: string[], fresh: string[]): number[][] {
  const lengths = Array.from({ length: old.length + 1 }, () => Array<number>(fresh.length + 1).fill(0));
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      lengths[i]![j] =
        old[i] === fresh[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  return lengths;
}
