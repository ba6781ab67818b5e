import type { ScheduleLine, ScheduleView, SlotView } from '../client/index.js';
import { duration } from './terminal.js';

/** A schedule for a person: its state, its last slots, the next ones. */
export function viewLines(view: ScheduleView): string[] {
  const { name, paused, note, when, overlap, catchUpSeconds, folder, out, rows, keep, counts, next, slots } = view;
  const overlapping = `overlapping slots: ${overlap}; made up for within ${duration(catchUpSeconds)}`;
  return [
    `${name}   ${when}${paused ? `   PAUSED (${note})` : ''}`,
    `  from      ${folder}`,
    `  outputs   ${out}: ${rows} rows each, ${keep === null ? 'all kept' : `the newest ${keep} kept`}`,
    `  policy    ${overlapping}`,
    `  refit     ${refitLine(view)}`,
    `  so far    ${counts.started} started, ${counts.skipped} skipped by overlap, ${counts.missed} missed by the window`,
    ...(slots.length > 0 ? ['  slots', ...slots.map(slotLine)] : ['  slots     none yet']),
    `  next      ${next.length > 0 ? next.join(', ') : paused ? 'none while it is paused' : 'none'}`,
    ...(view.worker ? [] : ['  NO WORKER is there to do them: start one with `mallm-gan worker`']),
  ];
}

/** All schedules, a line each. */
export function listLines(schedules: ScheduleLine[]): string[] {
  if (schedules.length === 0) return ['no schedules; make one with: mallm-gan schedule create'];
  return schedules.map(
    ({ name, when, paused, folder, out }) =>
      `${name}   ${when}${paused ? '   PAUSED' : ''}${folder || out ? `   ${folder} → ${out}` : ''}`,
  );
}

function slotLine({ slot, outcome, why, output }: SlotView): string {
  const parts = [`    ${slot}  ${outcome.padEnd(11)} ${why}`];
  if (!output) return parts[0]!;
  const { rows, quality, shortfall, url } = output;
  parts.push(`${rows} rows`);
  if (quality !== null) parts.push(`quality ${quality.toFixed(2)}`);
  if (shortfall !== null) parts.push(`short: ${shortfall}`);
  parts.push(url);
  return parts.join(' · ');
}

function refitLine({ refit: { table, below, budget } }: ScheduleView): string {
  const rules = [
    ...(table === null ? [] : [`when ${table} changes`]),
    ...(below === null ? [] : [`when the last output's quality was below ${below}`]),
  ];
  if (rules.length === 0) return 'never';
  const bounds = Object.entries(budget).flatMap(([name, bound]) => (bound === null ? [] : [`${name} ${bound}`]));
  return `${rules.join(', or ')}; ${bounds.length > 0 ? bounds.join(', ') : 'without a bound'}`;
}
