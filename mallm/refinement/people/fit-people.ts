import { seedOf } from '../../random.js';
import type { Row } from '../../table/dataset.js';
import { columnIndex } from '../../table/dataset.js';
import { peopleOf } from '../../table/people.js';
import type { RefinedGenerator } from '../generator.js';
import { fitDistanceRule } from '../row-distance.js';
import type { RefinementInput } from '../refinement.js';
import { peopleTables } from './step-table.js';

/** The rows of some people, in order, and by person the places of what their prompts showed. */
interface People {
  rows: Row[][];
  places: number[][];
}

/**
 * Fits people that have several rows: one generator of first rows with the number of rows, and one of the rows after
 * them, each given the constants of its person, its number and the row before. People of the model count in both; what
 * one of their prompts showed of a person, it showed of all its rows.
 *
 * @param fitRows fits a generator of independent rows.
 */
export function fitPeople(
  input: RefinementInput,
  fitRows: (input: RefinementInput) => RefinedGenerator,
): RefinedGenerator {
  const { schema, trainRows, edges, seed } = input;
  const train = peopleIn(input, trainRows);
  const made = peopleIn(input, input.modelRows);
  const tables = peopleTables(schema, train.rows);
  const stepsOf = (people: readonly Row[][]): Row[] =>
    people.flatMap((rows) =>
      rows.slice(1).map((row, place) => tables.stepRow(rows[place]!, row, place + 1, rows.length)),
    );
  const shown = peopleShown(input, train, made);
  const first = fitRows({
    ...input,
    schema: tables.first,
    trainRows: train.rows.map(tables.firstRow),
    modelRows: made.rows.map(tables.firstRow),
    shown,
  });
  const names = new Set(tables.steps.columns.map(({ name }) => name));
  const steps = fitRows({
    ...input,
    schema: tables.steps,
    trainRows: stepsOf(train.rows),
    modelRows: stepsOf(made.rows),
    shown: shown && stepsShown(train, made, shown),
    edges: edges.filter(({ from, to }) => names.has(from) && names.has(to)),
    given: tables.given,
    seed: seedOf(seed, 'steps'),
  });
  return { ...first, people: { schema, steps, distance: fitDistanceRule(schema, trainRows, input.distance) } };
}

/** Rows without a key belong to no person that is known, and are left out. */
function peopleIn({ schema, trainRows }: RefinementInput, rows: readonly Row[]): People {
  const key = columnIndex(schema, schema.group!.key);
  const isKept = (places: readonly number[]): boolean => rows === trainRows || rows[places[0]!]![key] !== null;
  const places = peopleOf(schema, rows).filter(isKept);
  return { places, rows: places.map((own) => own.map((place) => rows[place]!)) };
}

/** By person of the model: the training people of whom its prompts showed a row. */
function peopleShown({ shown }: RefinementInput, train: People, made: People): (number[] | null)[] | undefined {
  if (!shown) return undefined;
  const personOf = new Map(train.places.flatMap((places, person) => places.map((place) => [place, person] as const)));
  return made.places.map((places) => {
    const rows = places.map((place) => shown[place] ?? null);
    if (rows.includes(null)) return null;
    return [...new Set(rows.flatMap((each) => each!.map((place) => personOf.get(place)!)))];
  });
}

/** The same by step of the model: all steps of those people. */
function stepsShown(train: People, made: People, shown: readonly (number[] | null)[]): (number[] | null)[] {
  let next = 0;
  const steps = train.rows.map((rows) => rows.slice(1).map(() => next++));
  return made.rows.flatMap((rows, person) => {
    const people = shown[person] ?? null;
    const places = people && people.flatMap((each) => steps[each]!);
    return rows.slice(1).map(() => places);
  });
}
