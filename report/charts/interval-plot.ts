import { fixed, range } from '../numbers.js';
import { axisLabels, label, line, linearScale, svg, WIDTH } from './svg.js';

const ROW = 34;
const LEFT = 8;

/** A figure with its 95 % interval. */
export interface Estimate {
  name: string;
  value: number;
  interval?: readonly [number, number] | undefined;
  /** Whether it is of the table the page is about. */
  isOurs: boolean;
}

/** Estimates below each other on the axis from 0 to 1, with the value that means "indistinguishable". */
export function intervalPlot(estimates: readonly Estimate[], chance: number): string {
  const lowest = Math.min(0.4, ...estimates.flatMap(({ value, interval }) => [value, interval?.[0] ?? value]));
  const domain = [Math.max(0, lowest - 0.02), 1] as const;
  const x = linearScale(domain, [LEFT, WIDTH - 10]);
  const bottom = ROW * estimates.length + 6;
  const rows = estimates.map(({ name, value, interval, isOurs }, index) => {
    const y = ROW * index + 24;
    const colour = isOurs ? 'var(--synthetic)' : 'var(--real)';
    const bounds = interval?.map((bound) => Math.min(1, Math.max(0, bound))) ?? [value, value];
    const mark = isOurs
      ? `<rect x="${x(value) - 4.5}" y="${y - 4.5}" width="9" height="9" fill="${colour}"/>`
      : `<circle cx="${x(value)}" cy="${y}" r="4.5" fill="${colour}"/>`;
    const text = `${name}: ${fixed(value)}${interval ? ` (${range(interval)})` : ''}`;
    return (
      label(LEFT, y - 11, text) +
      line(x(chance), y - 7, x(chance), y + 7, 'stroke="var(--ink)" stroke-width="1.5"') +
      line(x(bounds[0]!), y, x(bounds[1]!), y, `stroke="${colour}" stroke-width="2"`) +
      mark
    );
  });
  const said = estimates.map(
    ({ name, value, interval }) => `${name} ${fixed(value)}${interval ? `, ${range(interval)}` : ''}`,
  );
  return svg(
    bottom + 26,
    `${said.join('; ')}. ${fixed(chance, 1)} means: indistinguishable.`,
    rows.join('') + axisLabels(domain, x, bottom + 18),
  );
}
