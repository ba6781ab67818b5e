import type { Feedback, ImpossibleCombination, PairShift, RealShare, Shift, TellingFeature } from './feedback.js';

/** Below this, two columns count as not related. */
const UNRELATED = 0.1;
const SECONDS_A_DAY = 86_400;

/** The feedback as lines of the optimizer's prompt: shifts, pairs, features, impossible combinations, each worst first. */
export function feedbackLines({ shifts, pairs, features, impossible }: Feedback): string[] {
  return [
    ...shifts.map(shiftLine),
    ...pairs.map(pairLine),
    ...features.map(featureLine),
    ...impossible.map(impossibleLine),
  ].map((line) => `- ${line}`);
}

function shiftLine(shift: Shift): string {
  const column = JSON.stringify(shift.column);
  switch (shift.of) {
    case 'mean': {
      const deviations = (shift.synthetic - shift.real) / shift.realDeviation;
      const signed = `${deviations < 0 ? '-' : '+'}${Math.abs(deviations).toFixed(2)} sd`;
      const [synthetic, real] = [shift.synthetic, shift.real].map((value) => meanText(value, shift));
      return `${column}: synthetic mean ${synthetic}, real ${real}${shift.realDeviation > 0 ? ` (${signed})` : ''}`;
    }
    case 'spread': {
      const [synthetic, real] = [shift.synthetic, shift.real].map((value) => spreadText(value, shift));
      return `${column}: synthetic sd ${synthetic}, real ${real}`;
    }
    case 'label':
      return `${column}: ${JSON.stringify(shift.label)} ${percent(shift.synthetic)} synthetic, ${realPercent(shift.real)} real`;
    case 'missing':
      return `${column}: missing in ${percent(shift.synthetic)} of the synthetic rows, ${realPercent(shift.real)} of the real ones`;
  }
}

function pairLine({ columns, real, synthetic }: PairShift): string {
  const pair = `${JSON.stringify(columns[0])} and ${JSON.stringify(columns[1])}`;
  const [realText, syntheticText] = [real.toFixed(2), synthetic.toFixed(2)];
  if (real > synthetic) {
    const how = synthetic < UNRELATED ? 'not' : 'less';
    return `${pair}: related in the real rows (${realText}), ${how} in the synthetic ones (${syntheticText})`;
  }
  const how = real < UNRELATED ? 'not' : 'less';
  return `${pair}: related in the synthetic rows (${syntheticText}), ${how} in the real ones (${realText})`;
}

function featureLine({ feature, isNumber, weight }: TellingFeature): string {
  const name = JSON.stringify(feature);
  if (isNumber) return `all else equal, a ${weight > 0 ? 'high' : 'low'} ${name} speaks for a synthetic row`;
  return `all else equal, ${name} speaks for a ${weight > 0 ? 'synthetic' : 'real'} row`;
}

function impossibleLine({ columns, labels, rows }: ImpossibleCombination): string {
  const [first, second] = columns.map(
    (column, place) => `${JSON.stringify(column)} = ${JSON.stringify(labels[place])}`,
  );
  return `${first} together with ${second}: in ${rows} synthetic rows, in no real one`;
}

/** A date, or a number with as many decimals as two digits of the real rows' standard deviation have. */
function meanText(value: number, { date, realDeviation }: Extract<Shift, { of: 'mean' | 'spread' }>): string {
  if (date) return new Date(value * 1000).toISOString().slice(0, 10);
  return value.toFixed(decimalsOf(realDeviation || Math.abs(value)));
}

function spreadText(value: number, { date, realDeviation }: Extract<Shift, { of: 'mean' | 'spread' }>): string {
  if (date) return `${(value / SECONDS_A_DAY).toFixed(1)} days`;
  return value.toFixed(decimalsOf(realDeviation));
}

function decimalsOf(deviation: number): number {
  if (deviation === 0) return 0;
  return Math.min(10, Math.max(0, 1 - Math.floor(Math.log10(deviation))));
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function realPercent({ value, below }: RealShare): string {
  return below ? `under ${Math.ceil(100 * value)} %` : percent(value);
}
