import type { Manifest } from '../../mallm/fit/manifest.js';
import { scoreChart } from '../charts/line-chart.js';
import { details, figure, paragraph, table, type Section } from '../html.js';
import { percent, percentRange } from '../numbers.js';

/** Iterations whose figures stand open beside the chart. */
const FEW = 12;

/** How well the classifier told the rows apart, iteration by iteration. */
export function scoreSection({ trajectory, options }: Manifest): Section {
  const title = 'Score over iterations';
  if (trajectory.length === 0)
    return { id: 'score', name: 'Score', title, body: paragraph('No iteration was scored.') };
  const first = trajectory[0]!;
  const best = trajectory.at(-1)!.best;
  const measure =
    options.score === 'auc'
      ? 'The score is the area under the curve of a classifier that tells synthetic from training rows, out of fold'
      : 'The score is the accuracy of the classifier on rows held out of the batch';
  const rows = trajectory.map((point) => [
    `${point.epoch}.${point.batch}`,
    percent(point.score),
    percentRange(point.interval),
    percent(point.best),
    `θ ${point.theta}`,
    point.accepted,
    point.rejected,
    ...(point.graphEditDistance === undefined ? [] : [point.graphEditDistance]),
  ]);
  const hasDistance = trajectory.some(({ graphEditDistance }) => graphEditDistance !== undefined);
  const head = ['epoch.batch', 'score', '95 % interval', 'best so far', 'of', 'rows accepted', 'rows rejected'];
  const figures = table('Score of each iteration', hasDistance ? [...head, 'graph edit distance'] : head, rows);
  const picture = figure(
    'Dots: lowest score of each iteration with its 95 % interval. Dashed line: the best so far. Dotted line: guessing.',
    scoreChart(trajectory),
  );
  const body = [
    paragraph(
      `${measure}. Lower is better; 50 % is guessing. It was ${percent(first.score)} in the first iteration, and is ${percent(best)} for the best θ.`,
    ),
    `<div class="beside">${picture}${trajectory.length <= FEW ? figures : details('The same as figures', figures)}</div>`,
  ];
  return { id: 'score', name: 'Score', title, body: body.join('') };
}
