import type { Cell } from './quality-cells.js';
import { figureNames } from './quality-figures.js';

interface Summary {
  mean: number;
  deviation: number;
  count: number;
}

/** The cells as Markdown: a heading for each table and size, a line a method, mean ± standard deviation over seeds. */
export function markdownOf(cells: readonly Cell[], methodNames: readonly string[]): string {
  const groups = [...new Set(cells.map(({ table, size }) => `${table}, N = ${size}`))];
  return groups
    .map((group) => {
      const inGroup = cells.filter(({ table, size }) => `${table}, N = ${size}` === group);
      return [`### ${group}`, '', ...tableOf(inGroup, methodNames), ''].join('\n');
    })
    .join('\n');
}

/** Mean and standard deviation (n − 1); undefined without values. */
export function summaryOf(values: readonly (number | null | undefined)[]): Summary | undefined {
  const known = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  if (known.length === 0) return undefined;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, known.length - 1)), count: known.length };
}

function tableOf(cells: readonly Cell[], methodNames: readonly string[]): string[] {
  const heads = ['method', 'seeds', ...figureNames.map(([, name]) => name), 'calls', 'tokens', 's'];
  const lines = methodNames
    .map((method) => cells.filter((cell) => cell.method === method))
    .filter((found) => found.length > 0)
    .map((found) => [
      found[0]!.method,
      seedsOf(found),
      ...figureNames.map(([figure]) => spread(found.map(({ figures }) => figures?.[figure]))),
      ...[found.map(({ calls }) => calls), found.map(({ tokens }) => tokens)].map(whole),
      summaryOf(found.map(({ seconds }) => seconds))!.mean.toFixed(0),
    ]);
  return [heads, heads.map(() => '---'), ...lines].map((parts) => `| ${parts.join(' | ')} |`);
}

/** How many seeds there are, and for how many a fit made no row at all: these are not in the means. */
function seedsOf(cells: readonly Cell[]): string {
  const empty = cells.filter(({ figures }) => figures === null).length;
  return empty > 0 ? `${cells.length}, ${empty} without a row` : String(cells.length);
}

function spread(values: (number | null | undefined)[]): string {
  const summary = summaryOf(values);
  if (!summary) return '–';
  const { mean, deviation, count } = summary;
  return count > 1 ? `${short(mean)} ± ${short(deviation)}` : short(mean);
}

function whole(values: (number | undefined)[]): string {
  const summary = summaryOf(values);
  return summary ? Math.round(summary.mean).toLocaleString('en') : '–';
}

/** Three decimals, without the zero before the point. */
function short(value: number): string {
  return value.toFixed(3).replace(/^(-?)0\./, '$1.');
}
