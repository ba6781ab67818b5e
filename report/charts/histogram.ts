import { percent } from '../numbers.js';
import { axisLabels, label, line, linearScale, svg, WIDTH } from './svg.js';

const LEFT = 44;
const TOP = 18;
const MIDDLE = 104;
const BOTTOM = 190;
const BINS = 24;

/** One side of a mirrored histogram. */
export interface Side {
  name: string;
  values: readonly number[];
  /** Fill and stroke of its bars. */
  style: string;
}

/** Two distributions on one axis: one grows upwards, the other downwards. Shares of rows. */
export function mirroredHistogram(up: Side, down: Side, alternative: string): string {
  const most = Math.max(1e-9, ...up.values, ...down.values);
  const [above, below] = [shares(up.values, most), shares(down.values, most)];
  const top = Math.max(0.01, ...above, ...below);
  const x = linearScale([0, most], [LEFT, WIDTH - 10]);
  const height = linearScale([0, top], [0, MIDDLE - TOP]);
  const bars = (side: readonly number[], { style, name }: Side, isUp: boolean): string =>
    side
      .map((share, bin) => {
        const [from, to] = [(bin * most) / BINS, ((bin + 1) * most) / BINS].map(x) as [number, number];
        const title = `<title>${name}, ${((bin * most) / BINS).toFixed(2)} to ${(((bin + 1) * most) / BINS).toFixed(2)}: ${percent(share)}</title>`;
        const y = isUp ? MIDDLE - height(share) : MIDDLE;
        return share === 0
          ? ''
          : `<rect x="${(from + 0.8).toFixed(2)}" y="${y.toFixed(2)}" width="${(to - from - 1.6).toFixed(2)}" height="${height(share)}" ${style}>${title}</rect>`;
      })
      .join('');
  const scale = [top, 0].map((share) => label(LEFT - 6, MIDDLE - height(share) + 4, percent(share, 0), 'end', 'soft'));
  return svg(
    232,
    alternative,
    [
      ...scale,
      label(LEFT - 6, BOTTOM + 4, percent(top, 0), 'end', 'soft'),
      bars(above, up, true),
      bars(below, down, false),
      line(LEFT, MIDDLE, WIDTH, MIDDLE, 'stroke="var(--ink)"'),
      label(WIDTH - 4, 10, `↑ ${up.name}`, 'end'),
      label(WIDTH - 4, BOTTOM + 36, `↓ ${down.name}`, 'end'),
      axisLabels([0, most], x, BOTTOM + 20),
    ].join(''),
  );
}

function shares(values: readonly number[], most: number): number[] {
  const bins = new Array<number>(BINS).fill(0);
  for (const value of values) bins[Math.min(BINS - 1, Math.floor((value / most) * BINS))]! += 1 / values.length;
  return bins;
}
