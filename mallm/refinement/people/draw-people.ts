import { rowSatisfies, type PartialRow } from '../../conditions/condition.js';
import { createRandom, seedOf } from '../../random.js';
import { columnIndex, type Cell, type Row } from '../../table/dataset.js';
import { cellViolation } from '../../table/cell.js';
import { impliedConditions } from '../../rules/implied-conditions.js';
import { rowRules } from '../../rules/computed-columns.js';
import { rulesCheck } from '../../rules/rule-check.js';
import { pointsOf } from '../column-codes.js';
import { createBlockDrawer } from '../draw/block-drawer.js';
import type { DrawnRows, DrawRequest } from '../draw/draw-rows.js';
import { drawConditions } from '../draw/drawn-conditions.js';
import { rowMaker, shortfallOf } from '../draw/row-maker.js';
import type { PeopleModel, RefinedGenerator } from '../generator.js';
import { pointRules } from '../prepared-table.js';
import { createDistanceFilter } from '../row-distance.js';
import { peopleTables, type PeopleTables } from './step-table.js';

/** People of a block, and how many are drawn at most for each that is wanted and beyond. */
const BLOCK = { least: 50, most: 1024, spare: 1.25 };
const ATTEMPTS = { each: 100, beyond: 5000 };
/** How often a row is drawn anew before its person is given up. */
const TRIES = 10;

/** A person that is being drawn. */
interface Person {
  rows: Row[];
  /** Rows it is to have. */
  count: number;
}

/**
 * Draws whole people, a block of them at a time: their first rows with the number of rows, then row after row, each given
 * the one before. A row that is out of range, too near to a training row or against a condition is drawn anew a few times,
 * then its person is dropped. The key of the group numbers the people from 0. With a count of rows, people are drawn until
 * the rows are there; the last one is not cut. Every row satisfies the conditions. Deterministic per seed.
 */
export function drawPeople(generator: RefinedGenerator, model: PeopleModel, request: DrawRequest): DrawnRows {
  const { count, seed, conditions = {}, people: countsPeople = false } = request;
  const drawn: DrawnRows = { rows: [], rejections: {}, repeats: 0, shortfall: null };
  const draw = peopleDrawer(generator, model, { seed, conditions }, drawn);
  if (draw.impossible !== null) return { ...drawn, shortfall: count > 0 ? draw.impossible : null };
  const key = columnIndex(model.schema, model.schema.group!.key);
  let released = 0;
  const missing = (): number => count - (countsPeople ? released : drawn.rows.length);
  let left = ATTEMPTS.beyond + ATTEMPTS.each * count;
  while (missing() > 0 && left > 0) {
    const rowsEach = countsPeople || released === 0 ? 1 : drawn.rows.length / released;
    const size = Math.min(BLOCK.most, Math.max(BLOCK.least, Math.ceil((BLOCK.spare * missing()) / rowsEach)));
    left -= size;
    for (const { rows } of draw.block(size)) {
      if (missing() <= 0) break;
      const named = rows.map((row) => row.map((cell, index): Cell => (index === key ? String(released) : cell)));
      drawn.rows.push(...named);
      drawn.repeats += draw.copiesIn(rows);
      released++;
    }
  }
  return missing() > 0 ? { ...drawn, shortfall: shortfallOf(drawn.rejections) } : drawn;
}

interface PeopleDrawer {
  /** So many people that may be released, less those that are dropped. */
  block(size: number): Person[];
  /** Rows that equal a training row, where rows repeat by nature. */
  copiesIn(rows: readonly Row[]): number;
  impossible: string | null;
}

function peopleDrawer(
  generator: RefinedGenerator,
  { schema, steps, distance }: PeopleModel,
  { seed, conditions }: { seed: number; conditions: PartialRow },
  drawn: DrawnRows,
): PeopleDrawer {
  const random = createRandom(seed);
  const allowed = drawConditions(generator, impliedConditions(generator.schema, conditions));
  const drawer = createBlockDrawer(generator, allowed.allowed, random);
  const complete = rowMaker(generator, allowed, random);
  const restore = pointRules(generator);
  const byRules = generator.computed ?? [];
  const { mend } = rowRules(schema, byRules);
  const keepsRules = rulesCheck(schema);
  const filter = createDistanceFilter(distance);
  const tables = peopleTables(schema, []);
  const nextRows = stepDrawer(steps, tables, conditions, seedOf(seed, 'steps'));
  const ruled = new Set(byRules.map(({ column }) => column));
  const computed = schema.columns.filter(({ name }, index) => tables.computed.includes(name) || ruled.has(index));
  const isInRange = (row: Row): boolean =>
    computed.every((column) => cellViolation(column, row[schema.columns.indexOf(column)]!) === null);
  const isConditional = Object.keys(allowed.checked).length > 0;
  const reject = (why: string): void => void (drawn.rejections[why] = (drawn.rejections[why] ?? 0) + 1);
  /** Whether a row may be released; where not, the reason is counted. */
  const isFit = (row: Row): boolean => {
    const isMet = !isConditional || rowSatisfies(schema, row, allowed.checked);
    const why = !isInRange(row)
      ? 'out-of-range'
      : keepsRules(row)
        ? (filter.rejectRow(row) ?? (isMet ? null : 'condition-not-met'))
        : 'broken-rule';
    if (why !== null) reject(why);
    return why === null;
  };
  const firstRows = (size: number): Person[] => {
    drawer.draw(size);
    return drawer.points.slice(0, size).flatMap((point): Person[] => {
      const broken = restore(point);
      if (broken !== null) reject(broken);
      if (broken !== null) return [];
      const cells = complete(point);
      const count = Number(cells[tables.rowsPlace]);
      const row = tables.placed(cells.slice(0, tables.rowsPlace), count - 1);
      return isFit(row) ? [{ rows: [row], count }] : [];
    });
  };
  return {
    block: (size) => {
      let people = firstRows(size);
      for (let number = 1; people.some(({ count }) => count > number); number++) {
        let open = people.filter(({ count }) => count > number);
        for (let tries = 0; tries < TRIES && open.length > 0; tries++) {
          const rows = nextRows(open, number).map(mend);
          const fit = rows.map(isFit);
          open.forEach((person, i) => fit[i] && person.rows.push(rows[i]!));
          open = open.filter((_, i) => !fit[i]);
        }
        const dropped = new Set(open);
        people = people.filter((person) => !dropped.has(person));
      }
      return people;
    },
    copiesIn: (rows) => (distance.repeatsByNature ? rows.filter((row) => filter.isCopyRow(row)).length : 0),
    impossible: allowed.impossible,
  };
}

/** Draws row `number` (from 1) of people that have those before it. */
function stepDrawer(
  steps: RefinedGenerator,
  tables: PeopleTables,
  conditions: PartialRow,
  seed: number,
): (people: readonly Person[], number: number) => Row[] {
  const random = createRandom(seed);
  const own = Object.entries(conditions).filter(([name]) => tables.drawn.includes(name));
  const found = drawConditions(steps, Object.fromEntries(own));
  // What no step can satisfy is left to the check of the rows: people of one row may.
  const allowed = found.impossible === null ? found : drawConditions(steps, {});
  const drawer = createBlockDrawer(steps, allowed.allowed, random);
  const complete = rowMaker(steps, allowed, random);
  return (people, number) => {
    const given = people.map(({ rows, count }) => tables.givenCells(rows.at(-1)!, number, count));
    drawer.draw(people.length, pointsOf(steps.columns, given));
    return people.map(({ rows, count }, i) => {
      const next = tables.nextRow(rows.at(-1)!, complete(drawer.points[i]!));
      return tables.placed(next, count - number - 1);
    });
  };
}
