import type { EvaluationTables } from './tables.js';
import { rowTexts, rowsOf } from './typed-table.js';

/**
 * The held-out rows without those that occur in train, unless at least half of the training rows repeat each other or
 * none would be left; what was dropped or kept is added to `notes`.
 */
export function withoutOverlap(
  tables: Pick<EvaluationTables, 'columns' | 'train' | 'heldOut' | 'notes'>,
): Pick<EvaluationTables, 'heldOut' | 'heldOutDropped' | 'heldOutInTrain' | 'rowsRepeat' | 'distinctTrain'> {
  const { columns, train, heldOut, notes } = tables;
  const times = new Map<string, number>();
  const trainTexts = rowTexts(columns, train);
  for (const text of trainTexts) times.set(text, (times.get(text) ?? 0) + 1);
  const repeated = trainTexts.filter((text) => times.get(text)! > 1).length;
  const rowsRepeat = repeated * 2 >= train.rows;
  const apart = rowTexts(columns, heldOut).flatMap((text, row) => (times.has(text) ? [] : [row]));
  const overlap = heldOut.rows - apart.length;
  const found = { heldOutInTrain: overlap / heldOut.rows, rowsRepeat, distinctTrain: times.size };
  if (overlap === 0) return { heldOut, heldOutDropped: 0, ...found };
  if (rowsRepeat) {
    notes.push(
      `Rows repeat by nature (${times.size} distinct among ${train.rows} training rows): ${overlap} held-out rows that also occur in train were kept.`,
    );
    return { heldOut, heldOutDropped: 0, ...found };
  }
  if (apart.length === 0) {
    notes.push('Every held-out row also occurs in train: none was dropped, and no figure generalises to new rows.');
    return { heldOut, heldOutDropped: 0, ...found };
  }
  notes.push(
    `${overlap} of ${heldOut.rows} held-out rows also occur in train and were dropped: they are not held out.`,
  );
  return { heldOut: rowsOf(heldOut, apart), heldOutDropped: overlap, ...found };
}
