import { percent, percentRange } from '../numbers.js';
import { axisLabels, gridLines, label, line, linearScale, svg, WIDTH, type Scale } from './svg.js';
import type { TrajectoryPoint } from '../../mallm/fit/manifest.js';

const LEFT = 44;
const TOP = 10;
const BOTTOM = 190;
const HEIGHT = 226;
/** Most iterations that are labelled below the chart. */
const LABELS = 8;
const GUESSING = 0.5;

/** Score of each iteration with its interval, and the best so far. */
export function scoreChart(points: readonly TrajectoryPoint[]): string {
  const bounds = points.flatMap(({ score, best, interval }) => [score, best, ...(interval ?? [])]);
  const domain = [
    Math.max(0, Math.min(GUESSING, ...bounds) - 0.02),
    Math.min(1, Math.max(GUESSING + 0.1, ...bounds) + 0.02),
  ] as const;
  const y = linearScale(domain, [BOTTOM, TOP]);
  const x = places(points.length);
  const guessing = line(LEFT, y(GUESSING), WIDTH, y(GUESSING), 'stroke="var(--soft)" stroke-dasharray="2 3"');
  const bars = points.map(({ interval }, i) =>
    interval
      ? line(
          x(i),
          y(Math.max(0, interval[0])),
          x(i),
          y(Math.min(1, interval[1])),
          'stroke="var(--mark)" stroke-opacity=".45" stroke-width="3"',
        )
      : '',
  );
  const dots = points.map(
    ({ score, epoch, batch, interval }, i) =>
      `<circle cx="${x(i)}" cy="${y(score)}" r="4" fill="var(--mark)"><title>epoch ${epoch}, batch ${batch}: ${percent(score)} (${percentRange(interval)})</title></circle>`,
  );
  const steps = points.map(({ best }, i) => (i === 0 ? `M${x(0)} ${y(best)}` : `H${x(i)}V${y(best)}`));
  const best = `<path d="${steps.join('')}" fill="none" stroke="var(--ink)" stroke-width="2" stroke-dasharray="6 3"/>`;
  const first = points[0]!;
  const last = points.at(-1)!;
  const alternative = `Score over ${points.length} iterations: ${percent(first.score)} in the first, ${percent(last.score)} in the last; the best is ${percent(last.best)}. Lower is better, 50 % is guessing.`;
  const body = [
    gridLines(domain, y, LEFT, (value) => percent(value, 0)),
    guessing,
    ...bars,
    best,
    ...dots,
    iterationLabels(points, x),
  ];
  return svg(HEIGHT, alternative, body.join(''));
}

/** Graph edit distance of the best θ to the true edges, iteration by iteration. */
export function editDistanceChart(points: readonly TrajectoryPoint[]): string {
  const known = points.flatMap(({ graphEditDistance }, i) =>
    graphEditDistance === undefined ? [] : [[i, graphEditDistance] as const],
  );
  const domain = [0, Math.max(1, ...known.map(([, distance]) => distance))] as const;
  const y = linearScale(domain, [BOTTOM, TOP]);
  const x = places(points.length);
  const steps = known.map(([i, distance], place) =>
    place === 0 ? `M${x(i)} ${y(distance)}` : `H${x(i)}V${y(distance)}`,
  );
  const marks = known.map(
    ([i, distance]) =>
      `<rect x="${x(i) - 3}" y="${y(distance) - 3}" width="6" height="6" fill="var(--mark)"><title>${distance}</title></rect>`,
  );
  const alternative = `Graph edit distance of the best θ to the true edges: ${known[0]![1]} at first, ${known.at(-1)![1]} at last.`;
  const path = `<path d="${steps.join('')}" fill="none" stroke="var(--mark)" stroke-width="2"/>`;
  const whole = (value: number): string => (Number.isInteger(value) ? String(value) : '');
  return svg(
    HEIGHT,
    alternative,
    gridLines(domain, y, LEFT, whole) + path + marks.join('') + iterationLabels(points, x),
  );
}

/** Share of rows at or below each distance: one line for each series, told apart by colour and by dashes. */
export function cumulativeChart(
  series: readonly { values: readonly number[]; style: string }[],
  alternative: string,
): string {
  const most = Math.max(1e-9, ...series.flatMap(({ values }) => values));
  const y = linearScale([0, 1], [BOTTOM, TOP]);
  const x = linearScale([0, most], [LEFT, WIDTH - 10]);
  const lines = series.map(({ values, style }) => {
    const steps = values.toSorted((a, b) => a - b).map((value, i, all) => `H${x(value)}V${y((i + 1) / all.length)}`);
    return `<path d="M${x(0)} ${y(0)}${steps.join('')}H${WIDTH - 10}" fill="none" stroke-width="2" ${style}/>`;
  });
  const grid = gridLines([0, 1], y, LEFT, (value) => percent(value, 0));
  return svg(HEIGHT, alternative, grid + axisLabels([0, most], x, BOTTOM + 20) + lines.join(''));
}

function places(count: number): Scale {
  return linearScale([-0.5, count - 0.5], [LEFT, WIDTH]);
}

function iterationLabels(points: readonly TrajectoryPoint[], x: Scale): string {
  const every = Math.ceil(points.length / LABELS);
  const shown = points.map(({ epoch, batch }, i) =>
    i % every === 0 ? label(x(i), BOTTOM + 16, `${epoch}.${batch}`, 'middle', 'soft') : '',
  );
  return `${shown.join('')}${label((LEFT + WIDTH) / 2, BOTTOM + 32, 'epoch.batch', 'middle', 'soft')}`;
}
