import { escape, markup, type Content } from '../html.js';
import { fixed } from '../numbers.js';

/** Widths: names, bars, figures. */
const COLUMNS = '<colgroup><col class="names"><col><col class="figures"></colgroup>';

/** Share of rows in a bin or with a label. */
export interface BarPair {
  label: string;
  real: number;
  synthetic: number;
}

/** Shares of real and synthetic rows side by side, as a table that holds the figures too. Real is filled, synthetic outlined. */
export function barPairs(name: string, pairs: readonly BarPair[]): string {
  const top = Math.max(0.01, ...pairs.flatMap(({ real, synthetic }) => [real, synthetic]));
  const rows = pairs.map(({ label, real, synthetic }) => {
    const figures = [real, synthetic].map((share) => fixed(100 * share, 0)).join(' · ');
    return `<tr><th scope="row">${escape(label)}</th><td>${bar(real / top, 'real')}${bar(synthetic / top, 'synthetic')}</td><td>${figures}</td></tr>`;
  });
  return `<table class="bars" aria-label="${escape(`${name}: shares of real and synthetic rows`)}">${COLUMNS}<thead><tr><td></td><td colspan="2">real · synthetic, %</td></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** A method, its figure as a bar, and the figure in words. */
export interface MethodBar {
  name: Content;
  /** Length in [0, 1]; lower values are shown as 0. */
  value: number;
  text: string;
  isOurs: boolean;
}

/** Methods below each other; ours is outlined in bold. */
export function methodBars(label: string, methods: readonly MethodBar[]): string {
  const rows = methods.map(
    ({ name, value, text, isOurs }) =>
      `<tr${isOurs ? ' class="this"' : ''}><th scope="row">${markup(name)}</th><td>${bar(value, isOurs ? 'synthetic' : 'real')}</td><td>${escape(text)}</td></tr>`,
  );
  return `<table class="bars methods" aria-label="${escape(label)}">${COLUMNS}<tbody>${rows.join('')}</tbody></table>`;
}

/** What the two kinds of bars are. */
export const BAR_KEY =
  '<p class="key"><span><i class="swatch real"></i>real (training rows)</span><span><i class="swatch synthetic"></i>synthetic</span></p>';

function bar(share: number, name: string): string {
  const width = (100 * Math.min(1, Math.max(0, share))).toFixed(1);
  return `<i class="bar ${name}${share > 0 ? '' : ' none'}" style="width:${width}%"></i>`;
}
