import { readFileSync } from 'node:fs';
import { baselineRows } from '../../mallm/baselines/baseline.js';
import type { Row, TableSchema } from '../../mallm/table/dataset.js';
import { evaluateTable } from '../../mallm/evaluation/evaluate.js';
import type { Evaluation } from '../../mallm/evaluation/result.js';
import { manifestSchema, type Manifest } from '../../mallm/fit/manifest.js';
import { defaultPreset } from '../../mallm/options.js';
import type { Edge } from '../../mallm/theta/theta.js';
import type { ThetaFile, ThetaRecord } from '../../mallm/theta/theta-file.js';
import { parseCsv } from '../../mallm/table/formats/csv.js';
import { readRows } from '../../mallm/table/inference/schema-inference.js';
import type { ReportInput } from '../../report/input.js';
import { typedTable } from '../support/tables.js';

/** A table of the fixtures, its held-out rows, and rows that CART made of it. */
export interface Tables {
  schema: TableSchema;
  train: Row[];
  heldOut: Row[];
  synthetic: Row[];
}

export function fixtureTables(name: string, target: string): Tables {
  const read = (file: string): Buffer => readFileSync(new URL(`../fixtures/tables/${file}.csv`, import.meta.url));
  const { schema, rows } = typedTable(read(`${name}-train-100`), target);
  const test = parseCsv(read(`${name}-test`));
  const heldOut = readRows(schema, test.header, test.records).slice(0, 80);
  return { schema, train: rows, heldOut, synthetic: baselineRows('cart', { schema, rows, count: 80, seed: 1 }) };
}

/** A report's input over these tables: a fit of three iterations, evaluated, with two baselines. */
export function reportInput(tables: Tables, changes: Partial<Manifest> = {}): ReportInput {
  const { schema, train, heldOut, synthetic } = tables;
  const evaluate = (rows: Row[], map: boolean): Evaluation =>
    evaluateTable({ schema, train, heldOut, synthetic: rows, seed: 1, map });
  const marginals = baselineRows('marginals', { schema, rows: train, count: 80, seed: 1 });
  return {
    manifest: manifestOf(schema, changes),
    theta: thetaFile(schema),
    schema,
    train,
    synthetic,
    evaluation: evaluate(synthetic, true),
    baselines: [{ method: 'marginals', evaluation: evaluate(marginals, false) }],
  };
}

/** A manifest as a fit writes it; checked against its schema. */
export function manifestOf(schema: TableSchema, changes: Partial<Manifest> = {}): Manifest {
  const point = { epoch: 1, batch: 1, accepted: 58, rejected: 2 };
  return manifestSchema.parse({
    version: 1,
    name: 'patients',
    runId: 'patients-1a2b',
    createdAt: '2026-01-02T03:04:05.678Z',
    finishedAt: '2026-01-02T04:04:05.678Z',
    simulated: false,
    models: { generator: 'small-1', optimizer: 'large-1' },
    seed: 7,
    options: { ...defaultPreset, seed: 7, generatorTemperature: 0.3 },
    table: { file: 'patients', rows: 100, columns: schema.columns.length, target: schema.target },
    rows: { asked: 90, released: 80, accepted: 150, rejected: 12 },
    shortfall: 'only 80 rows were far enough from real ones',
    rejections: { 'out-of-range': 7, 'unknown-label': 4, 'odd-new-reason': 1 },
    drawRejections: { 'too-near': 1234 },
    calls: 20,
    tokens: { prompt: 12000, completion: 3400 },
    cost: { amount: 0.1234, currency: 'USD' },
    firstAndBest: {
      first: { theta: 0, score: 0.9, interval: [0.8, 1] },
      best: { theta: 2, score: 0.7, interval: [0.6, 0.8] },
      difference: -0.2,
      interval: [-0.3, -0.1],
    },
    trajectory: [
      { ...point, score: 0.9, interval: [0.85, 0.95], best: 0.9, theta: 0, bestTheta: 0, graphEditDistance: 4 },
      {
        ...point,
        epoch: 2,
        score: 0.8,
        interval: [0.72, 0.88],
        best: 0.8,
        theta: 1,
        bestTheta: 1,
        graphEditDistance: 3,
      },
      { ...point, epoch: 3, score: 0.7, interval: [0.6, 0.8], best: 0.7, theta: 2, bestTheta: 2, graphEditDistance: 2 },
    ],
    exposure: [
      {
        host: 'api.example.com',
        role: 'generator',
        model: 'small-1',
        calls: 18,
        promptTokens: 11000,
        completionTokens: 3000,
        realRows: 42,
        realRowsSent: 57,
      },
      {
        host: 'localhost:8080',
        role: 'optimizer',
        model: 'large-1',
        calls: 2,
        promptTokens: 1000,
        completionTokens: 400,
        realRows: 0,
        realRowsSent: 0,
      },
    ],
    repeats: { ofTraining: 0, repeated: 0, acrossParts: 0, byNature: false },
    sampleId: 'first',
    format: 'csv',
    parts: [
      { key: 'runs/patients-1a2b/samples/first/part-000000-ab.csv', rows: 80, bytes: 4000, sha256: 'cd'.repeat(32) },
    ],
    conditions: [],
    unseen: [],
    draw: 'refined',
    distance: 'mild',
    store: 'file:///data/store',
    files: { 'synthetic.csv': 'ab'.repeat(32) },
    ...changes,
  });
}

/** Three θ in a line and one beside it that did not count. */
export function thetaFile(schema: TableSchema): ThetaFile {
  const [a, b, c, d] = schema.columns.map(({ name }) => name) as [string, string, string, string];
  const edge = (from: string, to: string): Edge => ({ from, to });
  const record = (number: number, parent: number | null, changes: Partial<ThetaRecord>): ThetaRecord => ({
    number,
    parent,
    epoch: number,
    batch: 1,
    causalStructure: [],
    taskInstruction: 'Make rows like the real ones.',
    score: 0.9 - 0.1 * number,
    adjustedScore: 0.9 - 0.1 * number,
    interval: [0.8 - 0.1 * number, 1 - 0.1 * number],
    adjustedInterval: [0.8 - 0.1 * number, 1 - 0.1 * number],
    validShare: 1,
    counted: true,
    ...changes,
  });
  return {
    version: 1,
    context: 'Rows of a survey.',
    schema,
    best: 2,
    thetas: [
      record(0, null, { causalStructure: [edge(a, b), edge(b, c)] }),
      record(1, 0, {
        causalStructure: [edge(a, b), edge(b, c), edge(a, d)],
        taskInstruction: 'Make rows like the real ones. Keep the spread.',
        givenColumns: [c, d],
        told: ['- "age": synthetic mean 50, real 40 (+0.70 sd)', '- "bmi": synthetic sd 2, real 6'],
      }),
      record(2, 1, {
        givenColumns: [c, a],
        causalStructure: [edge(b, a), edge(a, d)],
        taskInstruction: 'Keep the spread. Heed the tails.',
      }),
      record(3, 1, {
        score: null,
        adjustedScore: null,
        adjustedInterval: null,
        interval: null,
        counted: false,
        validShare: 0.62,
        told: [],
      }),
    ],
  };
}
