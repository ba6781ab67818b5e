import { columnOrder, parentsOf } from './causal-structure.js';
import { createRatioEstimate, estimateDensityRatio } from './density-ratio.js';
import type { BoostedTrees } from './boosted-trees.js';
import type { Row, TableSchema } from './dataset.js';
import { createRandom, seedOf } from './random.js';
import { codeColumns, codeRows, featuresOf, featureWriter, pointsOf, type CodedColumn } from './refinement-codes.js';
import { createDrawer, type DrawColumn } from './refinement-drawer.js';
import { smoothingOf } from './refinement-smoothing.js';
import { fitDrawTree } from './regression-trees.js';
import { createDistanceFilter, fitDistanceRule, type DistanceLevel, type DistanceRule } from './row-distance.js';
import type { Edge } from './theta.js';

export interface Settings {
  leaf: number; members: number; bootstrap: boolean; predictors: 'earlier' | 'parents'; order: 'structure' | 'schema' | 'target-first' | 'target-last' | 'structure-target-first';
  smoothing: 'none' | 'all' | 'train'; choose: boolean; cap: number; modelShare: number; ranks: boolean; clip: number; pilotFolds: number; pilotRepeats: number; pilotTimes: number; weigh: boolean; gamma: number;
}
export const settingsDefault: Settings = { leaf: 10, members: 1, bootstrap: false, predictors: 'earlier', order: 'structure', smoothing: 'none', choose: true, cap: 0.98, modelShare: 1, ranks: false, clip: 20, pilotFolds: 5, pilotRepeats: 3, pilotTimes: 8, weigh: true, gamma: 1 };

export interface RefinedGenerator {
  schema: TableSchema;
  columns: CodedColumn[];
  order: DrawColumn[];
  distance: DistanceRule;
  smoothNumbers: (number[] | null)[];
  ratio: { models: BoostedTrees[]; cap: number; clip: number; gamma: number } | null;
}

export function fitRefinedGenerator(input: { schema: TableSchema; trainRows: readonly Row[]; modelRows: readonly Row[]; edges: readonly Edge[]; distance: DistanceLevel; seed: number; settings?: Partial<Settings> }): RefinedGenerator {
  const s = { ...settingsDefault, ...input.settings };
  const { schema, trainRows, edges, seed } = input;
  const distance = fitDistanceRule(schema, trainRows, input.distance);
  const filter = createDistanceFilter(distance);
  const modelRows = input.modelRows.filter((row) => distance.repeatsByNature || !filter.isCopyRow(row));
  const rows = [...trainRows, ...modelRows];
  const columns = codeColumns(schema, rows);
  const train = featuresOf(columns, pointsOf(columns, trainRows));
  const weights = new Float64Array(rows.length).fill(1);
  if (modelRows.length > 0) {
    const ratios = s.weigh ? estimateDensityRatio(train, featuresOf(columns, pointsOf(columns, modelRows)), { folds: 5, repeats: 3, clip: s.clip, seed: seedOf(seed, 'weigh') }).outOfFold : new Float64Array(modelRows.length).fill(1);
    const total = ratios.reduce((a, b) => a + b, 0);
    ratios.forEach((ratio, i) => (weights[trainRows.length + i] = (ratio / total) * trainRows.length * s.modelShare));
  }
  const coded = codeRows(columns, rows);
  const names = orderOf(schema, edges, s.order).filter((name) => columns.some(({ index }) => schema.columns[index]!.name === name));
  const places = names.map((name) => columns.findIndex(({ index }) => schema.columns[index]!.name === name));
  const random = createRandom(seedOf(seed, 'bootstrap'));
  const bags = Array.from({ length: s.members }, () => {
    if (!s.bootstrap) return { rows: Int32Array.from(rows.keys()), weights };
    const w = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) w[random.integer(rows.length)]! += 1;
    w.forEach((x, i) => (w[i] = x * weights[i]!));
    return { rows: Int32Array.from([...rows.keys()].filter((i) => w[i]! > 0)), weights: w };
  });
  const order = places.map((column, i): DrawColumn => {
    const c = columns[column]!;
    const parents = new Set(parentsOf(edges, names[i]!));
    const predictors = places.slice(0, i).filter((_, j) => s.predictors === 'earlier' || parents.has(names[j]!));
    let values: number[] | null = null;
    if (c.kind === 'number') {
      values = [0, ...(c.values as number[])];
      if (s.ranks) {
        const w = new Float64Array(values.length);
        for (let r = 0; r < rows.length; r++) w[coded[column]!.codes[r]!]! += weights[r]!;
        let before = 0;
        for (let k = 1; k < values.length; k++) { values[k] = before + w[k]! / 2; before += w[k]!; }
      }
    }
    return { column, trees: bags.map((bag) => fitDrawTree({ columns: coded, response: column, predictors, values, rows: bag.rows, weights: bag.weights, leastLeafWeight: s.leaf })) };
  });
  const smoothNumbers = columns.map(({ index, kind }) => kind === 'number' && s.smoothing !== 'none' ? trainRows.map((row) => row[index]).filter((cell) => typeof cell === 'number') : null);
  const generator: RefinedGenerator = { schema, columns, order, distance, smoothNumbers, ratio: null };
  if (!s.choose) return generator;
  const { points } = drawPoints(generator, Math.min(2000, Math.max(800, s.pilotTimes * trainRows.length)), seedOf(seed, 'pilot'));
  const { models } = estimateDensityRatio(train, featuresOf(columns, points), { folds: s.pilotFolds, repeats: s.pilotRepeats, clip: s.clip, seed: seedOf(seed, 'choose') });
  const estimate = createRatioEstimate(models, s.clip);
  const pilot = featuresOf(columns, points).map((p) => estimate(p) ** s.gamma).sort((a, b) => a - b);
  generator.ratio = { models, cap: pilot[Math.floor(s.cap * (pilot.length - 1))]!, clip: s.clip, gamma: s.gamma };
  return generator;
}

export function drawPoints(generator: RefinedGenerator, count: number, seed: number): { points: Float64Array[]; rejections: Record<string, number>; attempts: number } {
  const { columns, order, ratio } = generator;
  const drawer = createDrawer(columns, order, columns.map((c, i) => (generator.smoothNumbers[i] ? smoothingOf(c, generator.smoothNumbers[i]!) : null)), columns.map(() => null));
  const filter = createDistanceFilter(generator.distance);
  const random = createRandom(seed);
  const { width, write } = featureWriter(columns);
  const features = new Float64Array(width);
  const estimate = ratio && createRatioEstimate(ratio.models, ratio.clip);
  const rejections: Record<string, number> = {};
  const points: Float64Array[] = [];
  let attempts = 0;
  while (points.length < count && attempts < 2000 + 200 * count) {
    attempts++;
    drawer.draw(random);
    if (estimate) {
      write(drawer.point, features);
      if (random.uniform() * ratio!.cap >= estimate(features) ** ratio!.gamma) { rejections.unlikely = (rejections.unlikely ?? 0) + 1; continue; }
    }
    const near = filter.reject(drawer.point);
    if (near) { rejections[near] = (rejections[near] ?? 0) + 1; continue; }
    points.push(drawer.point.slice());
  }
  return { points, rejections, attempts };
}

export function drawRows(generator: RefinedGenerator, { count, seed }: { count: number; seed: number }): { rows: Row[]; rejections: Record<string, number>; attempts: number } {
  const { points, rejections, attempts } = drawPoints(generator, count, seed);
  const rows = points.map((point) => {
    const row: (string | number | null)[] = generator.schema.columns.map(() => null);
    generator.columns.forEach(({ index, kind, values }, c) => { const v = point[c]!; row[index] = kind === 'number' ? (Number.isNaN(v) ? null : v) : v <= 0 ? null : values[v - 1]!; });
    return row;
  });
  return { rows, rejections, attempts };
}

function orderOf(schema: TableSchema, edges: readonly Edge[], how: Settings['order']): string[] {
  const names = schema.columns.map(({ name }) => name);
  const rest = names.filter((name) => name !== schema.target);
  switch (how) {
    case 'schema': return names;
    case 'target-first': return [schema.target, ...rest];
    case 'target-last': return [...rest, schema.target];
    case 'structure': return columnOrder(schema, edges);
    case 'structure-target-first': return [schema.target, ...columnOrder(schema, edges).filter((n) => n !== schema.target)];
  }
}
