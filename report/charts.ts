import { escape } from './html.js';
import type { Edge } from '../mallm/theta.js';
import type { TrajectoryPoint } from '../mallm/manifest.js';

const WIDTH = 640;
const HEIGHT = 240;
const LEFT = 46;
const BOTTOM = 30;

/** Score of each iteration with its interval, and the best so far; lower is better, 0.5 is guessing. */
export function scoreChart(points: readonly TrajectoryPoint[]): string {
  if (points.length === 0) return '<p>No iteration was scored.</p>';
  const low = Math.max(
    0,
    Math.min(0.45, ...points.flatMap(({ score, interval }) => [score, interval?.[0] ?? score])) - 0.03,
  );
  const x = (index: number): number => LEFT + ((WIDTH - LEFT - 12) * (index + 0.5)) / points.length;
  const y = (value: number): number => 10 + ((1 - value) / (1 - low)) * (HEIGHT - BOTTOM - 10);
  const ticks = [0.5, 0.6, 0.7, 0.8, 0.9, 1].filter((value) => value >= low);
  const grid = ticks.map(
    (value) =>
      `<line x1="${LEFT}" x2="${WIDTH}" y1="${y(value)}" y2="${y(value)}" stroke="var(--line)"/><text x="4" y="${y(value) + 4}">${value.toFixed(1)}</text>`,
  );
  const bars = points.map(({ interval }, i) =>
    interval
      ? `<line x1="${x(i)}" x2="${x(i)}" y1="${y(interval[0])}" y2="${y(Math.min(1, interval[1]))}" stroke="var(--real)" stroke-opacity=".45" stroke-width="3"/>`
      : '',
  );
  const dots = points.map(
    ({ score, epoch, batch }, i) =>
      `<circle cx="${x(i)}" cy="${y(score)}" r="4" fill="var(--real)"><title>epoch ${epoch}, batch ${batch}: ${score.toFixed(3)}</title></circle>`,
  );
  const best = `<polyline fill="none" stroke="var(--synthetic)" stroke-width="2" points="${points.map((point, i) => `${x(i)},${y(point.best)}`).join(' ')}"/>`;
  const every = Math.ceil(points.length / 12);
  const labels = points.map(({ epoch, batch }, i) =>
    i % every === 0
      ? `<text class="soft" text-anchor="middle" x="${x(i)}" y="${HEIGHT - 10}">${epoch}.${batch}</text>`
      : '',
  );
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Score after each iteration; the best at the end is ${points.at(-1)!.best.toFixed(3)}">${[...grid, ...bars, best, ...dots, ...labels].join('')}</svg>`;
}

/** A causal structure in layers, causes above effects. `compare` colours edges that are new. */
export function structureGraph(
  names: readonly string[],
  edges: readonly Edge[],
  compare: readonly Edge[] = edges,
): string {
  const joined = names.filter((name) => edges.some(({ from, to }) => from === name || to === name));
  if (joined.length === 0) return '<p>No edges.</p>';
  const layers = layersOf(joined, edges);
  const width = Math.max(...layers.map((layer) => layer.length)) * 150;
  const place = new Map(
    layers.flatMap((layer, depth) =>
      layer.map((name, i) => [name, { x: ((i + 0.5) * width) / layer.length, y: 26 + depth * 74 }] as const),
    ),
  );
  const old = new Set(compare.map(({ from, to }) => `${from}\u0000${to}`));
  const arrows = edges.map(({ from, to }) => {
    const [a, b] = [place.get(from)!, place.get(to)!];
    const colour = old.has(`${from}\u0000${to}`) ? 'var(--soft)' : 'var(--good)';
    return `<path d="M${a.x} ${a.y + 13}C${a.x} ${a.y + 44} ${b.x} ${b.y - 46} ${b.x} ${b.y - 16}" fill="none" stroke="${colour}" stroke-width="1.6" marker-end="url(#arrow)"><title>${escape(`${from} → ${to}`)}</title></path>`;
  });
  const boxes = [...place].map(
    ([name, { x, y }]) =>
      `<rect x="${x - 68}" y="${y - 13}" width="136" height="26" rx="5" fill="var(--paper)" stroke="var(--line)"/><text text-anchor="middle" x="${x}" y="${y + 4}">${escape(name.length > 21 ? `${name.slice(0, 20)}…` : name)}<title>${escape(name)}</title></text>`,
  );
  const height = layers.length * 74;
  return `<svg viewBox="0 0 ${width} ${height}" style="max-width:${width}px" role="img" aria-label="${escape(edges.map(({ from, to }) => `${from} to ${to}`).join(', '))}"><defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="var(--soft)"/></marker></defs>${arrows.join('')}${boxes.join('')}</svg>`;
}

/** Longest path from a root gives the layer; names keep their order within it. */
function layersOf(names: readonly string[], edges: readonly Edge[]): string[][] {
  const depth = new Map(names.map((name) => [name, 0]));
  for (let round = 0; round < names.length; round++) {
    for (const { from, to } of edges)
      depth.set(to, Math.max(depth.get(to)!, Math.min(names.length, depth.get(from)! + 1)));
  }
  const layers: string[][] = [];
  for (const name of names) (layers[depth.get(name)!] ??= []).push(name);
  return layers.filter((layer) => layer !== undefined);
}

/** Shares of real and synthetic rows side by side, one pair of bars for each bin or label. */
export function pairedBars(bars: readonly { label: string; real: number; synthetic: number }[]): string {
  const top = Math.max(0.01, ...bars.flatMap(({ real, synthetic }) => [real, synthetic]));
  const row = 17;
  const lines = bars.map(({ label, real, synthetic }, i) => {
    const width = (share: number): number => (share / top) * 150;
    const short = label.length > 16 ? `${label.slice(0, 15)}…` : label;
    return `<g><title>${escape(`${label}: real ${(100 * real).toFixed(1)} %, synthetic ${(100 * synthetic).toFixed(1)} %`)}</title><text text-anchor="end" x="102" y="${i * row + 12}">${escape(short)}</text><rect x="108" y="${i * row + 2}" width="${width(real)}" height="6" fill="var(--real)"/><rect x="108" y="${i * row + 8.5}" width="${width(synthetic)}" height="6" fill="var(--synthetic)"/></g>`;
  });
  return `<svg viewBox="0 0 264 ${bars.length * row + 4}" role="img" aria-label="Share of real and synthetic rows">${lines.join('')}</svg>`;
}
