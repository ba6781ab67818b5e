import { percent, percentRange } from '../numbers.js';
import { axisLabels, gridLines, label, line, linearScale, svg, WIDTH, type Scale } from './svg.js';
import type { TrajectoryPoint } from '../../mallm/fit/manifest.js';
import type { ThetaRecord } from '../../mallm/theta/theta-file.js';

const LEFT = 44;
const TOP = 10;
const BOTTOM = 190;
const HEIGHT = 226;
/** Most iterations that are labelled below the chart. */
const LABELS = 8;
const GUESSING = 0.5;

/** An iteration, its new θ, and the θ with the lowest score so far, both scored by the newest classifier. */
export interface ScoredIteration {
  point: TrajectoryPoint;
  now: ThetaRecord | null;
  best: ThetaRecord | null;
}

/** Score of the new θ of each iteration, by the newest classifier and by that of the iteration, and the lowest so far. */
export function scoreChart(iterations: readonly ScoredIteration[]): string {
  const points = iterations.map(({ point }) => point);
  const bounds = iterations.flatMap(({ point, now }) => [
    ...[point.score, now?.adjustedScore].filter((value) => typeof value === 'number'),
    ...(now?.adjustedInterval ?? []),
  ]);
  const domain = [
    Math.max(0, Math.min(GUESSING, ...bounds) - 0.02),
    Math.min(1, Math.max(GUESSING + 0.1, ...bounds) + 0.02),
  ] as const;
  const y = linearScale(domain, [BOTTOM, TOP]);
  const x = places(points.length);
  const guessing = line(LEFT, y(GUESSING), WIDTH, y(GUESSING), 'stroke="var(--soft)" stroke-dasharray="2 3"');
  const body = [
    gridLines(domain, y, LEFT, (value) => percent(value, 0)),
    guessing,
    lowestSoFar(iterations, x, y),
    ...iterations.map((iteration, i) => scoreMarks(iteration, x(i), y)),
    iterationLabels(points, x),
  ];
  return svg(HEIGHT, alternativeOf(iterations), body.join(''));
}

/** A ring for the score then, a dot with its interval for the score now. */
function scoreMarks({ point, now }: ScoredIteration, x: number, y: Scale): string {
  const { epoch, batch, score, theta } = point;
  const name = `epoch ${epoch}, batch ${batch}, θ ${theta}`;
  const ring =
    score === null
      ? ''
      : `<circle cx="${x}" cy="${y(score)}" r="4" fill="none" stroke="var(--mark)" stroke-width="1.5"><title>${name}: ${percent(score)} then</title></circle>`;
  if (now === null || now.adjustedScore === null) return ring;
  const { adjustedScore, adjustedInterval: bounds } = now;
  const bar = bounds
    ? line(
        x,
        y(Math.max(0, bounds[0])),
        x,
        y(Math.min(1, bounds[1])),
        'stroke="var(--mark)" stroke-opacity=".45" stroke-width="3"',
      )
    : '';
  return `${bar}${ring}<circle cx="${x}" cy="${y(adjustedScore)}" r="4" fill="var(--mark)"><title>${name}: ${percent(adjustedScore)} now (${percentRange(bounds)})</title></circle>`;
}

/** A line that never rises: all its scores are by one classifier. */
function lowestSoFar(iterations: readonly ScoredIteration[], x: Scale, y: Scale): string {
  const steps = iterations.flatMap(({ best }, i) => (best === null ? [] : [[x(i), y(best.adjustedScore!)] as const]));
  const path = steps.map(([at, height], i) => (i === 0 ? `M${at} ${height}` : `H${at}V${height}`)).join('');
  return path && `<path d="${path}" fill="none" stroke="var(--ink)" stroke-width="2" stroke-dasharray="6 3"/>`;
}

function alternativeOf(iterations: readonly ScoredIteration[]): string {
  const [first, last] = [iterations[0]!, iterations.at(-1)!];
  return `Score over ${iterations.length} iterations, by the newest classifier: ${percent(first.now?.adjustedScore)} for the θ of the first, ${percent(last.now?.adjustedScore)} for that of the last; the lowest is ${percent(last.best?.adjustedScore)}. Lower is better, 50 % is guessing.`;
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

/** Share of rows at or below each distance: one line for each series, distinguished by colour and by dashes. */
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
