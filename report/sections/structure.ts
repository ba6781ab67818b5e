import { columnOrder, structureChanges, type StructureChanges } from '../../mallm/theta/causal-structure.js';
import type { Manifest } from '../../mallm/fit/manifest.js';
import type { Edge } from '../../mallm/theta/theta.js';
import type { ThetaFile, ThetaRecord } from '../../mallm/theta/theta-file.js';
import { arcDiagram } from '../charts/arc-diagram.js';
import { editDistanceChart } from '../charts/line-chart.js';
import { details, escape, figure, list, paragraph, type Content, type Section } from '../html.js';
import { counted, percent } from '../numbers.js';
import { leadersOf } from '../leaders.js';

/** Diagrams beside each other before those in between are folded away. */
const MOST_OPEN = 4;

/** The causal structure of the first θ, of each that led, and of the best; changes are marked. */
export function structureSection(theta: ThetaFile, { trajectory }: Manifest): Section {
  const leaders = leadersOf(theta, trajectory);
  const last = leaders.at(-1);
  const names = orderOf(theta, last?.causalStructure ?? []);
  const figures = leaders.map((record, place) => {
    const before = leaders[place - 1]?.causalStructure ?? record.causalStructure;
    return structureFigure(record, before, names, nameOf(record, place, theta, leaders));
  });
  const folds = figures.length > MOST_OPEN;
  const shown = folds ? [figures[0]!, figures.at(-1)!] : figures;
  const between = folds
    ? details(
        `${figures.length - 2} that were the best in between`,
        `<div class="two">${figures.slice(1, -1).join('')}</div>`,
      )
    : '';
  const total = structureChanges(leaders[0]?.causalStructure ?? [], last?.causalStructure ?? []);
  const body = [
    paragraph(
      'Arrows run from a cause to its effect, as in the prompt of the generator. Marked in each: what changed since the one before.',
    ),
    KEY,
    `<div class="two">${shown.join('')}</div>${between}`,
    paragraph(`From first to best: ${changeText(total)}.`),
    distanceFigure(trajectory),
  ];
  return { id: 'structure', name: 'Causal structure', title: 'Causal structure over iterations', body: body.join('') };
}

const KEY =
  '<p class="key"><span><b class="good">+ thick</b>: added</span><span><b class="poor">− dashed</b>: removed</span><span><b>⇄ medium</b>: turned round</span></p>';

/** What changed, edge by edge, each with its sign. */
export function changeItems({ added, removed, reversed }: StructureChanges): Content[] {
  const items = (edges: readonly Edge[], tag: string, sign: string): Content[] =>
    edges.map((edge) => ({ html: `<${tag}>${sign} ${escape(edgeText(edge))}</${tag}>` }));
  return [...items(added, 'ins', '+'), ...items(removed, 'del', '−'), ...items(reversed, 'b', '⇄')];
}

/** The same counted: `2 edges added, 1 removed`. */
export function changeText({ added, removed, reversed }: StructureChanges): string {
  const parts = [
    ...(added.length > 0 ? [`${counted(added.length, 'edge')} added`] : []),
    ...(removed.length > 0 ? [`${counted(removed.length, 'edge')} removed`] : []),
    ...(reversed.length > 0 ? [`${counted(reversed.length, 'edge')} turned round`] : []),
  ];
  return parts.join(', ') || 'no edge changed';
}

function structureFigure(record: ThetaRecord, before: readonly Edge[], names: readonly string[], name: string): string {
  const edges = record.causalStructure;
  const changes = structureChanges(before, edges);
  const caption = `<b>${escape(name)}</b> ${counted(edges.length, 'edge')}, score ${percent(record.adjustedScore ?? record.score)}; ${changeText(changes)}`;
  const picture = names.length > 0 ? arcDiagram(names, edges, changes) : '';
  const marked = [...changes.added, ...changes.reversed];
  const kept = edges.filter(({ from, to }) => !marked.some((edge) => edge.from === from && edge.to === to));
  const text = list([...changeItems(changes), ...kept.map(edgeText)]);
  return figure({ html: caption }, picture + details('Edges as text', text || paragraph('No edges.')));
}

function nameOf(record: ThetaRecord, place: number, { best }: ThetaFile, leaders: readonly ThetaRecord[]): string {
  const role = [
    ...(place === 0 ? ['first'] : []),
    ...(record.number === best ? ['best'] : []),
    ...(place > 0 && place < leaders.length - 1 ? [`best after epoch ${record.epoch}, batch ${record.batch}`] : []),
  ];
  return `θ ${record.number} (${role.join(' and ')})`;
}

/** Causes before effects in the best structure, so that nearly all arrows run down. */
function orderOf({ schema, thetas }: ThetaFile, edges: readonly Edge[]): string[] {
  const known = new Set(schema.columns.filter(({ kind }) => kind !== 'identifier').map(({ name }) => name));
  const named = thetas.flatMap(({ causalStructure }) => causalStructure).flatMap(({ from, to }) => [from, to]);
  const names = [...new Set([...known, ...named])];
  try {
    return columnOrder(schema, edges).filter((name) => names.includes(name));
  } catch {
    return names;
  }
}

function distanceFigure(trajectory: Manifest['trajectory']): string {
  const known = trajectory.filter(({ graphEditDistance }) => graphEditDistance !== undefined);
  if (known.length === 0) return '';
  const caption = `Graph edit distance of the best θ to the true edges: edges to add, remove or turn round. ${known[0]!.graphEditDistance} at first, ${known.at(-1)!.graphEditDistance} at last.`;
  return figure(caption, editDistanceChart(trajectory));
}

function edgeText({ from, to }: Edge): string {
  return `${from} → ${to}`;
}
