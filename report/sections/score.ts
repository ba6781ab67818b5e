import type { Manifest } from '../../mallm/fit/manifest.js';
import { blindWarning, scoreSummary } from '../../mallm/fit/score-summary.js';
import type { ThetaFile, ThetaRecord } from '../../mallm/theta/theta-file.js';
import { scoreChart, type ScoredIteration } from '../charts/line-chart.js';
import { details, escape, figure, paragraph, table, type Section } from '../html.js';
import { percent, percentRange } from '../numbers.js';

/** Iterations whose figures are open beside the chart. */
const FEW = 12;
const MEASURES = {
  auc: 'The score is the area under the ROC curve of a classifier of synthetic against training rows, out of fold. In each iteration a new classifier is fitted to the rows of all θ in the running',
  accuracy:
    'The score is the accuracy of the discriminator on rows that it did not learn from. In each iteration the discriminator is updated, and all θ in the running are scored again',
};
const CAPTION =
  'Dots: the new θ of each iteration, scored by the newest classifier, with its 95 % interval. Rings: its score by the classifier of its own iteration. Dashed line: the lowest score so far by the newest classifier. Dotted line: guessing.';

/** How well the classifier separates the rows, iteration by iteration. */
export function scoreSection(theta: ThetaFile, manifest: Manifest): Section {
  const { trajectory, options } = manifest;
  const title = 'Score over iterations';
  if (trajectory.length === 0)
    return { id: 'score', name: 'Score', title, body: paragraph('No iteration was scored.') };
  const iterations = scoredIterations(theta, trajectory);
  const rows = iterations.map(({ point, now, best }) => [
    `${point.epoch}.${point.batch}`,
    `θ ${point.theta}`,
    percent(point.score),
    percentRange(point.interval),
    percent(now?.adjustedScore),
    percentRange(now?.adjustedInterval),
    best ? `${percent(best.adjustedScore)} (θ ${best.number})` : percent(null),
    point.accepted,
    point.rejected,
    ...(point.graphEditDistance === undefined ? [] : [point.graphEditDistance]),
  ]);
  const hasDistance = trajectory.some(({ graphEditDistance }) => graphEditDistance !== undefined);
  const head = ['epoch.batch', 'new θ', 'score then', '95 % interval', 'score now', '95 % interval', 'lowest so far'];
  const counts = ['rows accepted', 'rows rejected', ...(hasDistance ? ['graph edit distance'] : [])];
  const figures = table('Score of each iteration', [...head, ...counts], rows);
  const isFlattered = (manifest.firstAndBest?.interval ?? null) !== null;
  const blind = blindWarning(manifest);
  const body = [
    blind ? `<p><b>The discriminator was blind:</b> ${escape(blind)}</p>` : '',
    paragraph(
      `${MEASURES[options.score]}, so that scores are compared under the newest one only. Lower is better; 50 % is guessing.`,
    ),
    paragraph(
      `By the newest classifier: ${scoreSummary(manifest)}.${isFlattered ? ' The best is the lowest of several scores, which flatters it: the interval does not allow for that.' : ''}`,
    ),
    `<div class="beside">${figure(CAPTION, scoreChart(iterations))}${trajectory.length <= FEW ? figures : details('The same as figures', figures)}</div>`,
    paragraph(
      'Then: by the classifier of that iteration. Now: by the newest one; a dash where the θ does not count or its rows are no longer scored.',
    ),
  ];
  return { id: 'score', name: 'Score', title, body: body.join('') };
}

/** Each iteration with its new θ, and the θ with the lowest score among those known by then, by the newest classifier. */
function scoredIterations({ thetas }: ThetaFile, trajectory: Manifest['trajectory']): ScoredIteration[] {
  let best: ThetaRecord | null = null;
  return trajectory.map((point, iteration) => {
    const now = thetas.find(({ number }) => number === point.theta) ?? null;
    for (const record of thetas.filter((each) => each === now || scoredIn(each, trajectory) === iteration)) {
      if (record.adjustedScore === null) continue;
      if (best === null || record.adjustedScore < best.adjustedScore!) best = record;
    }
    return { point, now, best };
  });
}

/** The iteration in which a θ was first scored: the one after that in which it was proposed. */
function scoredIn({ parent, epoch, batch }: ThetaRecord, trajectory: Manifest['trajectory']): number {
  if (parent === null) return 0;
  return 1 + trajectory.findIndex((point) => point.epoch === epoch && point.batch === batch);
}
