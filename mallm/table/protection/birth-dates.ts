import { roundDatetime } from '../datetime-format.js';
import type { DatetimeColumn } from '../dataset.js';
import { seedOf } from '../../random.js';
import { counted, mapped, type ColumnCells, type ProtectedColumn } from './column-protection.js';

const DAY = 86_400;

/** Dates of birth on another day of the same year, equal dates on the same one: ages stay, dates that name people do not. */
export function drawBirthDays(column: DatetimeColumn, own: ColumnCells): ProtectedColumn {
  const { cells, changed } = mapped(own.cells, (cell) =>
    typeof cell === 'number' ? dayInYear(column, cell, own.seed) : cell,
  );
  if (changed === 0) return { column, cells: own.cells, protections: [] };
  const dates = cells.filter((cell) => typeof cell === 'number');
  const inWords = `${counted(changed, 'date')} of birth: the year is kept, day and month are drawn anew`;
  return {
    column: { ...column, min: Math.min(...dates), max: Math.max(...dates) },
    cells,
    protections: [{ column: column.name, how: 'days-drawn', cells: changed, inWords }],
  };
}

/** Any day of the year but its own. */
function dayInYear({ format, name }: DatetimeColumn, seconds: number, seed: number): number {
  const start = startOfYear(seconds, 0);
  const days = Math.round((startOfYear(seconds, 1) - start) / DAY);
  const own = Math.floor((seconds - start) / DAY);
  const moved = (own + 1 + (seedOf(seed, 'birth', name, seconds) % (days - 1))) % days;
  return roundDatetime(format, start + moved * DAY);
}

function startOfYear(seconds: number, later: number): number {
  return Date.UTC(new Date(seconds * 1000).getUTCFullYear() + later, 0, 1) / 1000;
}
