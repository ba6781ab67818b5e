import type { Cell } from './dataset.js';

/** What one cell has to satisfy. Bounds are inclusive unless `exclusive` names them. */
export type Condition =
  | { is: 'equal'; value: Cell }
  | { is: 'not-equal'; value: Cell }
  | { is: 'one-of'; values: Cell[] }
  | { is: 'range'; min?: number; max?: number; exclusive?: ('min' | 'max')[] }
  | { is: 'missing' }
  | { is: 'present' };

/** A row of which some cells are given: column name → condition. The generator completes it. */
export type PartialRow = Record<string, Condition>;
