import type { Random } from '../mallm/random.js';
import type { PromptCell } from './column-reader.js';
import { habits } from './habits.js';
import { onGrid, ownIdea, senseColumn, type ColumnSense } from './own-idea.js';
import { fits, type GeneratorPrompt, type Given, type PromptEdge } from './prompt-reader.js';

/** A prompt made ready for drawing rows. */
interface Plan {
  senses: ColumnSense[];
  examples: PromptCell[][];
  /** Places of the columns, parents before children. */
  order: number[];
  parents: number[][];
  children: number[][];
}

/** A cell that is known of a row, or bound, and that the edges carry to its neighbours. */
type Evidence = { place: number; cell: PromptCell } | { place: number; bound: Given };

/**
 * Draws the rows a prompt asks for.
 *
 * Each cell comes from one of the rows shown or from the model's own idea. Where an edge ties it to cells already there,
 * it comes from a row that is like them in those cells, as far as there is one; where none does, the source is drawn
 * afresh. So rows follow the edges of θ, and columns are independent, within what one prompt shows, where no edge is.
 *
 * It reads columns, edges, rows shown and given cells. It does not obey what the task says in words (a mean, a share,
 * an order to test and repeat), as real models were seen not to be able to.
 */
export function drawRows(prompt: GeneratorPrompt, temperature: number, random: Random): PromptCell[][] {
  const plan = planOf(prompt, temperature);
  const rows: PromptCell[][] = [];
  for (const given of prompt.rows) rows.push(drawRow(plan, given, rows.at(-1), random));
  return rows;
}

function planOf({ columns, edges, examples }: GeneratorPrompt, temperature: number): Plan {
  return {
    senses: columns.map((column, place) =>
      senseColumn(
        column,
        examples.map((row) => row[place]!),
        temperature,
      ),
    ),
    examples,
    order: parentsFirst(columns.length, edges),
    parents: columns.map((_, place) => edges.filter(([, to]) => to === place).map(([from]) => from)),
    children: columns.map((_, place) => edges.filter(([from]) => from === place).map(([, to]) => to)),
  };
}

/** Places in an order with parents first; columns of a cycle come last. */
export function parentsFirst(count: number, edges: readonly PromptEdge[]): number[] {
  const waiting = Array.from({ length: count }, (_, place) => edges.filter(([, to]) => to === place).length);
  const order: number[] = [];
  const placed = new Set<number>();
  for (let next = waiting.indexOf(0); next >= 0; next = waiting.findIndex((left, i) => left <= 0 && !placed.has(i))) {
    order.push(next);
    placed.add(next);
    for (const [from, to] of edges) if (from === next) waiting[to]! -= 1;
  }
  return [...order, ...waiting.map((_, place) => place).filter((place) => !placed.has(place))];
}

function drawRow(
  plan: Plan,
  given: (Given | undefined)[],
  previous: PromptCell[] | undefined,
  random: Random,
): PromptCell[] {
  const bound = given.map((each) =>
    each !== undefined && random.uniform() < habits.givenOverlooked ? undefined : each,
  );
  const cells: (PromptCell | undefined)[] = plan.senses.map((_, place) => {
    const known = bound[place];
    return known?.is === 'value' ? known.value : undefined;
  });
  const copied = copiedRow(plan, bound, previous, random);
  for (const place of plan.order) {
    if (cells[place] !== undefined) continue;
    const keep = copied !== null && !copied.changed.has(place);
    cells[place] = keep ? copied.row[place]! : drawCell(plan, place, cells, bound, random);
    for (let tries = 0; copied?.changed.has(place) && cells[place] === copied.row[place] && tries < 12; tries++) {
      cells[place] = drawCell(plan, place, cells, bound, random);
    }
  }
  return cells as PromptCell[];
}

/** An example, or the row before, that the row only copies, with the places it changes; null for most rows. */
function copiedRow(
  plan: Plan,
  bound: (Given | undefined)[],
  previous: PromptCell[] | undefined,
  random: Random,
): { row: PromptCell[]; changed: Set<number> } | null {
  const chance = random.uniform();
  const ofExamples = habits.wholeCopy + habits.nearCopy;
  if (chance >= ofExamples + habits.repeatedRow) return null;
  const sources = chance < ofExamples ? plan.examples : previous === undefined ? [] : [previous];
  const usable = sources.filter((row) => row.every((cell, place) => fits(cell, bound[place])));
  if (usable.length === 0) return null;
  const row = random.pick(usable);
  const changes = chance < habits.wholeCopy ? 0 : 2 + random.integer(2);
  return { row, changed: new Set(Array.from({ length: changes }, () => random.integer(row.length))) };
}

function drawCell(
  plan: Plan,
  place: number,
  cells: (PromptCell | undefined)[],
  bound: (Given | undefined)[],
  random: Random,
): PromptCell {
  const sense = plan.senses[place]!;
  const evidence = random.uniform() < habits.edgeOverlooked ? [] : evidenceFor(plan, place, cells, bound);
  const likenesses = plan.examples.map((row) => likenessTo(plan, row, evidence));
  const asked = bound[place];
  const usable = likenesses.map((like, row) => (fits(sense.shown[row]!, asked) ? like : 0));
  const best = Math.max(0, ...usable) ** (1 / Math.max(1, evidence.length));
  const ownShare = evidence.length === 0 ? habits.ownIdeaOfRoot : habits.ownIdeaOfChild;
  if (random.uniform() >= (1 - ownShare) * best) return ownIdea(sense, likenesses, asked, random);
  const row = random.weighted(usable);
  return fromExample(sense, row, likenesses, asked, random);
}

/** What the row already holds in the parents, and what is given of the neighbours on either side. */
function evidenceFor(
  { parents, children }: Plan,
  place: number,
  cells: (PromptCell | undefined)[],
  bound: (Given | undefined)[],
): Evidence[] {
  const evidence: Evidence[] = [];
  for (const neighbour of [...parents[place]!, ...children[place]!]) {
    const cell = cells[neighbour];
    const limit = bound[neighbour];
    if (cell !== undefined) evidence.push({ place: neighbour, cell });
    else if (limit !== undefined) evidence.push({ place: neighbour, bound: limit });
  }
  return evidence;
}

/** How like a shown row is to the evidence, in [0, 1]. */
function likenessTo({ senses }: Plan, row: PromptCell[], evidence: Evidence[]): number {
  let likeness = 1;
  for (const known of evidence) {
    const sense = senses[known.place]!;
    const shown = row[known.place]!;
    if ('cell' in known) likeness *= alike(sense, shown, known.cell);
    else if (!fits(shown, known.bound)) likeness *= habits.otherLabelLikeness;
  }
  return likeness;
}

function alike({ column, spread }: ColumnSense, a: PromptCell, b: PromptCell): number {
  if (a === b) return 1;
  if (typeof a === 'number' && typeof b === 'number') {
    return Math.exp(-0.5 * ((a - b) / (habits.likeness * spread)) ** 2);
  }
  if (column.kind !== 'label' || !column.ordered || a === null || b === null) return habits.otherLabelLikeness;
  const steps = Math.abs(column.labels.indexOf(a as string) - column.labels.indexOf(b as string));
  return Math.max(habits.otherLabelLikeness, 0.3 ** steps);
}

function fromExample(
  sense: ColumnSense,
  row: number,
  likenesses: number[],
  asked: Given | undefined,
  random: Random,
): PromptCell {
  const { column, shown } = sense;
  const cell = shown[row]!;
  if (column.kind === 'label') {
    const lost = asked === undefined && isRare(shown, cell) && random.uniform() < habits.rareLabelLost;
    return lost ? ownIdea(sense, likenesses, asked, random) : cell;
  }
  if (column.kind === 'text' || typeof cell !== 'number' || cell === sense.usual) return cell;
  if (random.uniform() >= habits.variedShare) return cell;
  const moved = cell + habits.variedBy * sense.spread * sense.looseness * random.normal();
  const varied = onGrid(column, moved, column.min, column.max);
  return fits(varied, asked) ? varied : cell;
}

/** Whether one shown row alone has the label while another label has at least half of them. */
function isRare(shown: PromptCell[], label: PromptCell): boolean {
  if (shown.length < 3 || shown.filter((cell) => cell === label).length > 1) return false;
  const most = Math.max(...shown.map((cell) => shown.filter((other) => other === cell).length));
  return most * 2 >= shown.length;
}
