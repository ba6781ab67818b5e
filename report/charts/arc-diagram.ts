import type { StructureChanges } from '../../mallm/theta/causal-structure.js';
import type { Edge } from '../../mallm/theta/theta.js';
import { escape } from '../html.js';
import { cut, label, svg, WIDTH } from './svg.js';

const ROW = 24;
/** Where the columns' names end and the arcs begin. */
const NAMES = 150;
/** Width of a name in digits. */
const LONGEST_NAME = 20;
/** Columns that no edge touches are left out above this many. */
const MOST_LONE = 12;

/** How an arc is drawn: never distinguished by colour alone. */
const STYLES = {
  kept: 'stroke="var(--soft)" stroke-width="1.4"',
  added: 'stroke="var(--good)" stroke-width="3"',
  reversed: 'stroke="var(--mark)" stroke-width="2.6"',
  removed: 'stroke="var(--poor)" stroke-width="1.6" stroke-dasharray="4 4"',
} as const;

type Change = keyof typeof STYLES;

/**
 * A causal structure: the columns below each other, an arc from each cause to its effect. Added edges are thick, removed
 * ones dashed. The same `names` in the same order make two diagrams comparable.
 */
export function arcDiagram(names: readonly string[], edges: readonly Edge[], changes: StructureChanges): string {
  const isNew = (list: readonly Edge[], { from, to }: Edge): boolean =>
    list.some((other) => other.from === from && other.to === to);
  const arcs: [Edge, Change][] = [
    ...changes.removed.map((edge): [Edge, Change] => [edge, 'removed']),
    ...edges.map((edge): [Edge, Change] => [
      edge,
      isNew(changes.added, edge) ? 'added' : isNew(changes.reversed, edge) ? 'reversed' : 'kept',
    ]),
  ];
  const touched = new Set(arcs.flatMap(([{ from, to }]) => [from, to]));
  const shown = names.length > MOST_LONE ? names.filter((name) => touched.has(name)) : names;
  const row = new Map(shown.map((name, index) => [name, ROW * (index + 0.5) + 4]));
  const texts = shown.map(
    (name) =>
      `<g><title>${escape(name)}</title>${label(NAMES - 8, row.get(name)! + 4, cut(name, LONGEST_NAME), 'end', touched.has(name) ? '' : 'soft')}</g><circle cx="${NAMES}" cy="${row.get(name)!}" r="2.5" fill="var(--ink)"/>`,
  );
  const drawn = arcs.map(([edge, change]) => arc(edge, change, row.get(edge.from)!, row.get(edge.to)!, shown.length));
  return svg(ROW * shown.length + 8, alternative(arcs), drawn.join('') + texts.join(''));
}

function arc({ from, to }: Edge, change: Change, start: number, end: number, rows: number): string {
  const down = end > start ? 1 : -1;
  const [a, b] = [start + 4 * down, end - 5 * down];
  const x = NAMES + 7;
  const reach = 14 + (WIDTH - NAMES - 40) * Math.sqrt(Math.abs(end - start) / (ROW * Math.max(3, rows - 1)));
  const control = x + reach * 1.3;
  const head = `<path d="M${x - 4} ${b}l7 -3.6v7.2z" stroke="none" fill="${colourOf(change)}"/>`;
  const curve = `<path d="M${x - 3} ${a}C${control.toFixed(1)} ${a} ${control.toFixed(1)} ${b} ${x + 2} ${b}" fill="none" ${STYLES[change]}/>`;
  return `<g><title>${escape(`${from} → ${to}${change === 'kept' ? '' : ` (${change})`}`)}</title>${curve}${head}</g>`;
}

function colourOf(change: Change): string {
  return /var\([^)]*\)/.exec(STYLES[change])![0];
}

function alternative(arcs: readonly (readonly [Edge, Change])[]): string {
  if (arcs.length === 0) return 'Causal structure without edges.';
  const said = arcs.map(([{ from, to }, change]) => `${from} to ${to}${change === 'kept' ? '' : ` (${change})`}`);
  return `Causal structure: ${said.join(', ')}.`;
}
