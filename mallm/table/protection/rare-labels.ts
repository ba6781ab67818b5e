import type { Cell, LabelColumn } from '../dataset.js';
import { areTruths } from '../label-match.js';
import { counted, mapped, type ColumnCells, type ProtectedColumn } from './column-protection.js';

/** Names of the label that rare ones are pooled into; the first that no label of the column has. */
const POOL_NAMES = ['other', 'other (rare)', 'other (pooled)'];

/**
 * Labels that fewer than `minCount` people hold, pooled: into one label, so that together they keep their share; ordered
 * ones into the nearest level. The labels of the target, and the two of a yes-or-no column, are kept: the pool of one of
 * two labels would say as much as the label.
 */
export function protectLabels(column: LabelColumn, own: ColumnCells): ProtectedColumn {
  const holders = holdersOf(own);
  const isRare = (label: string): boolean => (holders.get(label) ?? 0) < own.minCount && holders.has(label);
  const rare = column.categories.filter(isRare);
  if (rare.length === 0) return { column, cells: own.cells, protections: [] };
  if (own.isTarget || areTruths(column.categories)) return keptLabels(column, own, rare);
  const pool = column.kind === 'ordered' ? intoLevels(column, holders, own.minCount) : intoOther(column, rare);
  if (pool === null) return keptLabels(column, own, rare);
  const { cells, changed } = mapped(own.cells, (cell) => pool.of.get(cell) ?? cell);
  const inWords = `${counted(rare.length, 'label')} that fewer than ${own.minCount} people have: ${pool.inWords} (${changed} of ${own.cells.length} cells)`;
  return {
    column: pool.column,
    cells,
    protections: [{ column: column.name, how: 'pooled', cells: changed, inWords }],
  };
}

interface LabelPool {
  column: LabelColumn;
  of: ReadonlyMap<Cell, string>;
  inWords: string;
}

function intoOther(column: LabelColumn, rare: readonly string[]): LabelPool {
  const kept = column.categories.filter((label) => !rare.includes(label));
  const pool = poolName(kept);
  return {
    column: { ...column, kind: 'categorical', categories: [...kept, pool], pool },
    of: new Map(rare.map((label) => [label, pool])),
    inWords: JSON.stringify(pool),
  };
}

function poolName(kept: readonly string[]): string {
  const taken = new Set(kept.map((label) => label.trim().toLowerCase()));
  const free = POOL_NAMES.find((name) => !taken.has(name));
  for (let number = 2; ; number++) {
    const name = free ?? `other ${number}`;
    if (!taken.has(name)) return name;
  }
}

/**
 * The rarest level, again and again, becomes the rarer of those beside it, until enough people have each. Null where only
 * one would be left.
 */
function intoLevels(column: LabelColumn, holders: ReadonlyMap<string, number>, minCount: number): LabelPool | null {
  const { categories } = column;
  const levels = categories
    .filter((label) => holders.has(label))
    .map((label) => ({ labels: [label], people: holders.get(label)! }));
  while (levels.length > 1) {
    const least = levels.reduce((a, b) => (b.people < a.people ? b : a));
    if (least.people >= minCount) break;
    const place = levels.indexOf(least);
    const beside = [levels[place - 1], levels[place + 1]].filter((level) => level !== undefined);
    const into = beside.reduce((a, b) => (b.people < a.people ? b : a));
    into.labels.push(...least.labels);
    into.people += least.people;
    levels.splice(place, 1);
  }
  if (levels.length < 2) return null;
  const of = new Map<Cell, string>();
  for (const { labels } of levels) for (const label of labels.slice(1)) of.set(label, labels[0]!);
  return {
    column: { ...column, categories: categories.filter((label) => !of.has(label)), levels: categories },
    of,
    inWords: 'each is the level beside it',
  };
}

function keptLabels(column: LabelColumn, { cells, minCount, isTarget }: ColumnCells, rare: string[]): ProtectedColumn {
  const held = cells.filter((cell) => rare.includes(cell as string)).length;
  const why = isTarget ? 'the target keeps its labels' : 'another label in their place would say as much';
  const inWords = `${counted(rare.length, 'label')} that fewer than ${minCount} people have, in ${counted(held, 'cell')}: kept, ${why}`;
  return { column, cells, protections: [{ column: column.name, how: 'kept', cells: held, inWords }] };
}

/** How many people hold each label. */
function holdersOf({ cells, people }: ColumnCells): Map<string, number> {
  const holders = new Map<string, number>();
  for (const places of people) {
    const own = new Set(places.map((place) => cells[place]).filter((cell) => typeof cell === 'string'));
    for (const label of own) holders.set(label, (holders.get(label) ?? 0) + 1);
  }
  return holders;
}
