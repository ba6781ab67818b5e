import { fixed, unknown, worse } from './concern.js';
import type { Fidelity, Utility, Verdict } from '../result.js';

/** By the gap of the best model to the ceiling; lost columns lower it, however well the others predict. */
export function utilityVerdict(utility: Utility | null, heldOut: number, { damage = [] }: Fidelity): Verdict {
  if (!utility) {
    return unknown(
      'No held-out row has a target, so nothing could be tested.',
      'Keep rows with a target apart and evaluate again.',
    );
  }
  const lost = damage.filter(({ kind }) => kind === 'lost').map(({ column }) => `"${column}"`);
  const { best, ceiling, metric } = utility;
  const name = metric === 'f1' ? 'weighted F1' : 'R²';
  const figures = `The best model trained on synthetic rows reaches ${name} ${fixed(best)}, trained on real rows ${fixed(ceiling.best)}`;
  const noise = metric === 'f1' ? noiseOfShare(ceiling.best, heldOut) : noiseOfRSquared(ceiling.best, heldOut);
  if (noise > 0.15) {
    return unknown(
      `${figures}; with ${heldOut} held-out rows either may be off by ${fixed(noise)}.`,
      'Hold more rows out: at least 50.',
    );
  }
  if (metric === 'r2' && ceiling.best < 0.1) {
    return unknown(
      `${figures}: the real rows themselves hardly predict the target.`,
      'Choose a target that the other columns predict.',
    );
  }
  const gap = ceiling.best - best;
  const ofGap = gap <= 0.03 ? 'good' : gap <= 0.1 ? 'fair' : 'poor';
  const level = lost.length === 0 ? ofGap : ofGap === 'good' ? 'fair' : 'poor';
  const within =
    gap > 0 && gap <= noise ? ` (a gap below ${fixed(noise)} is within the noise of ${heldOut} held-out rows)` : '';
  const without = lost.length > 0 ? ` Models are fitted without ${lost.join(', ')}: no synthetic row has a value.` : '';
  const advice = {
    good: 'Models may be developed on the synthetic rows; test the final one on real rows.',
    fair: 'Use the synthetic rows to develop code and choose features; fit the final model on real rows.',
    poor: 'Do not train on these rows: fit with more iterations or examples, or compare with `baseline --method cart`.',
  }[worse(level, ofGap)];
  const remedy = lost.length > 0 ? ` Make the table again with all columns.` : '';
  return { level, finding: `${figures}${within}.${without}`, advice: advice + remedy };
}

/** Reach of the 95 % interval of a share of so many rows; a share of 1 is taken a little lower. */
function noiseOfShare(share: number, rows: number): number {
  const inside = Math.min(share, 1 - 1 / (rows + 2));
  return 1.96 * Math.sqrt((inside * (1 - inside)) / rows);
}

/** The same of an R², by its large-sample variance. */
function noiseOfRSquared(value: number, rows: number): number {
  const inside = Math.min(Math.max(value, 0.1), 1 - 1 / (rows + 2));
  return (1.96 * 2 * Math.sqrt(inside) * (1 - inside)) / Math.sqrt(rows);
}
