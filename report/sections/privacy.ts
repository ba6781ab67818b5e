import type { Evaluation, Privacy, Quartiles } from '../../mallm/evaluation/result.js';
import { mirroredHistogram } from '../charts/histogram.js';
import { cumulativeChart } from '../charts/line-chart.js';
import { figure, list, paragraph, table, type Content, type Section } from '../html.js';
import { fixed, percent, percentRange, range, short } from '../numbers.js';
import { attackTables, releasedValueTable } from './attacks.js';

/** Names of the tests as `silent` gives them. */
const TESTS: Record<string, string> = {
  exactCopies: 'exact copies of training rows',
  oneColumnOff: 'rows that differ from a training row in one column at most',
  dcrShare: 'share of rows nearer to training than to held-out rows',
  dcr: 'distances to the closest real row',
  nearestNeighbourDistanceRatio: 'nearest over second-nearest training row (median)',
  levattAuc: 'membership attack by text edits (LevAtt AUC)',
  membership: 'membership attack by distance',
  inference: 'inference of a column from the others',
  linkability: 'linking two halves of a record',
  singlingOutUnivariate: 'singling out by one column',
  singlingOutMultivariate: 'singling out by three columns',
};

/** How near the synthetic rows come to real ones. */
export function privacySection(evaluation: Evaluation): Section {
  const { privacy, rows } = evaluation;
  const silent = privacy.silent.map(({ test, reason }) => `${TESTS[test] ?? test}: ${reason}.`);
  const body = [
    testTable(privacy),
    releasedValueTable(privacy),
    attackTables(evaluation),
    silent.length > 0 ? `<h3>Tests that say nothing here</h3>${list(silent)}` : '',
    '<h3>Distance to the closest real row (DCR)</h3>',
    paragraph(
      `For each synthetic row, how far its closest training row and its closest held-out row are. Where the distances to training rows are clearly the smaller ones, the rows lean on those the generator saw; ${rows.train} training and ${rows.heldOut} held-out rows are compared, and the larger table is nearer by its size alone.`,
    ),
    distanceFigures(privacy),
    quartileTable(privacy),
  ];
  return { id: 'privacy', name: 'Privacy', title: 'Privacy: how near to real rows', body: body.join('') };
}

function testTable(privacy: Privacy): string {
  const isSilent = new Set(privacy.silent.map(({ test }) => test));
  const row = (test: string, found: string, beside: string): Content[] => [
    TESTS[test] ?? test,
    found,
    beside,
    isSilent.has(test) ? 'says nothing here' : 'counts',
  ];
  return table(
    'Privacy tests',
    ['test', 'this table', 'for scale', 'in the verdict'],
    [
      row('exactCopies', percent(privacy.exactCopies), `held-out rows: ${percent(privacy.heldOutInTrain)}`),
      row('oneColumnOff', percent(privacy.oneColumnOff), `held-out rows: ${percent(privacy.heldOutOneColumnOff)}`),
      row('dcrShare', `${percent(privacy.dcrShare)} (${percentRange(privacy.dcrShareInterval)})`, 'chance: 50 %'),
      row('levattAuc', `${fixed(privacy.levattAuc)} (${range(privacy.levattInterval)})`, 'chance: 0.5'),
      [
        'nearest over second-nearest training row (median)',
        fixed(privacy.nearestNeighbourDistanceRatio),
        'near 1: close to no single row',
        'for information',
      ],
      ['exact copies of held-out rows', percent(privacy.exactCopiesOfHeldOut), '', 'for information'],
      ['different rows among the synthetic ones', percent(privacy.distinct), '', 'for information'],
    ],
  );
}

function distanceFigures({ dcrScaled: { train, heldOut }, dcr: { scaled } }: Privacy): string {
  if (train.length === 0 || heldOut.length === 0) return paragraph('There are no distances to show.');
  const medians = `median ${fixed(scaled.train.q50)} to training rows, ${fixed(scaled.heldOut.q50)} to held-out rows`;
  const up = { name: 'to training rows', values: train, style: 'fill="var(--real)"' };
  const down = {
    name: 'to held-out rows',
    values: heldOut,
    style: 'fill="none" stroke="var(--good)" stroke-width="1.6"',
  };
  const histogram = figure(
    `Histogram, each column scaled: share of synthetic rows by distance to the closest training row (filled, upwards) and held-out row (outlined, downwards); ${medians}.`,
    mirroredHistogram(up, down, `Histogram of distances to the closest real row: ${medians}.`),
  );
  const cumulative = figure(
    'The same summed up: share of synthetic rows with at most this distance. Solid: to training rows. Dashed: to held-out rows.',
    cumulativeChart(
      [
        { values: train, style: 'stroke="var(--real)"' },
        { values: heldOut, style: 'stroke="var(--good)" stroke-dasharray="6 3"' },
      ],
      `Cumulative distances to the closest real row: ${medians}.`,
    ),
  );
  return `<div class="two">${histogram}${cumulative}</div>`;
}

function quartileTable({ dcr: { raw, scaled } }: Privacy): string {
  const row = (name: string, { q25, q50, q75 }: Quartiles): Content[] => [name, short(q25), short(q50), short(q75)];
  return table(
    'Quartiles of the distances',
    ['distance', 'a quarter below', 'half below', 'three quarters below'],
    [
      row('scaled, to training rows', scaled.train),
      row('scaled, to held-out rows', scaled.heldOut),
      row('raw (as in the paper), to training rows', raw.train),
      row('raw, to held-out rows', raw.heldOut),
    ],
  );
}
