import { beforeAll, describe, expect, it } from 'vitest';
import { renderEvaluation, renderReport } from '../../report/index.js';
import type { ReportInput } from '../../report/input.js';
import { ATTACKS, hostileInput } from './hostile-input.js';
import { fixtureTables, reportInput } from './report-input.js';

const sectionsOf = (html: string): string[] => [...html.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id!);

describe('renderReport', () => {
  let input: ReportInput;
  let html: string;
  beforeAll(() => {
    input = reportInput(fixtureTables('insurance', 'charges'));
    html = renderReport(input);
  });

  it('has every section, each in the table of contents', () => {
    expect(sectionsOf(html)).toEqual([
      ...['overview', 'verdicts', 'score', 'structure', 'theta', 'columns', 'utility', 'fidelity', 'privacy', 'map'],
      ...['baselines', 'exposure', 'rows', 'settings'],
    ]);
    for (const id of sectionsOf(html)) expect(html).toContain(`<a href="#${id}">`);
  });

  it('is the same page for the same input', () => {
    expect(renderReport(structuredClone(input))).toBe(html);
  });

  it('holds no script and no address to be fetched', () => {
    expect(html).not.toMatch(/<script|<link(?! rel="icon" href="data:,")|<img|<iframe|@import|url\((?!#)/i);
    expect(html).not.toMatch(/(?:src|href)="(?!#|data:,)/);
    expect(html).toContain("default-src 'none'");
  });

  it('never writes what is not a figure', () => {
    expect(html.replace(/<pre>.*?<\/pre>/gs, '')).not.toMatch(/NaN|Infinity|undefined|\[object|null/);
  });

  it('says on top that a run was simulated, and only then', () => {
    expect(html).not.toContain('SIMULATED');
    const simulated = renderReport({ ...input, manifest: { ...input.manifest, simulated: true } });
    expect(simulated.indexOf('SIMULATED')).toBeGreaterThan(0);
    expect(simulated.indexOf('SIMULATED')).toBeLessThan(simulated.indexOf('<nav'));
  });

  it('shows no cell of a real row: no number that a single row has', () => {
    const charges = input.schema.columns.findIndex(({ name }) => name === 'charges');
    const values = input.train.map((row) => String(row[charges]));
    expect(values.filter((value) => /\.\d{2}/.test(value)).length).toBeGreaterThan(80);
    expect(values.filter((value) => /\.\d{2}/.test(value) && html.includes(value))).toEqual([]);
  });

  it('leaves out what needs held-out rows when there are none, and says so', () => {
    const unjudged = renderReport({ ...input, evaluation: null, baselines: [] });
    expect(sectionsOf(unjudged)).toEqual([
      'overview',
      'score',
      'structure',
      'theta',
      'columns',
      'exposure',
      'rows',
      'settings',
    ]);
    expect(unjudged).toContain('no held-out rows');
    expect(unjudged).not.toContain('#verdicts');
  });

  it('says what every released row satisfies, and what no training row shows', () => {
    const conditions = { conditions: ['age > 65', 'sex = female'], unseen: ['age > 65'] };
    const conditional = renderReport({ ...input, manifest: { ...input.manifest, ...conditions } });
    expect(conditional).toContain('<li>age &#62; 65</li><li>sex = female</li>');
    expect(conditional).toContain('No training row shows:');
  });

  it('names tests that are silent, with the reason, and does not count them', () => {
    const silent = [{ test: 'levattAuc', reason: 'so few rows leave it anywhere' }];
    const privacy = { ...input.evaluation!.privacy, silent };
    const page = renderReport({ ...input, evaluation: { ...input.evaluation!, privacy } });
    expect(page).toContain('membership attack by text edits (LevAtt AUC): so few rows leave it anywhere.');
    expect(page).toMatch(/LevAtt AUC\)<\/span><\/th>(<td>[^<]*<\/td>){2}<td>says nothing here/);
  });

  it('shows the attacks with their control and interval, and which of them say nothing', () => {
    const attacks = input.evaluation!.privacy.attacks!;
    const linkability = { attacks: { train: 100, control: 80 }, rates: { train: 0.5, control: 0.1 }, risk: 0.4444 };
    const privacy = {
      ...input.evaluation!.privacy,
      attacks: { ...attacks, linkability: { ...linkability, interval: [0.31, 0.57] as [number, number] } },
      silent: [{ test: 'inference', reason: 'so few rows' }],
    };
    const page = renderReport({ ...input, evaluation: { ...input.evaluation!, privacy } });
    expect(page).toMatch(
      /linking two halves of a record<.*?50\.0\u00a0%.*?10\.0\u00a0%.*?0\.44 \(0\.31 to 0\.57\).*?counts/,
    );
    expect(page).toMatch(/the worst column<.*?says nothing here/);
  });

  it('names damaged columns and values of real rows', () => {
    const { fidelity, privacy } = input.evaluation!;
    const column = fidelity.shifts[0]!.column;
    const finding = 'has no value in any synthetic row';
    const evaluation = {
      ...input.evaluation!,
      fidelity: { ...fidelity, damage: [{ column, kind: 'lost' as const, level: 'poor' as const, size: 1, finding }] },
      privacy: {
        ...privacy,
        realIdentifiers: [{ column: 'patient', rows: 7, share: 0.07 }],
        realNumbers: [{ column: 'bmi', share: 0.53, heldOutShare: 0.01 }],
        rareLabels: [{ column: 'ward', label: 'Isolation', realRows: 1, rows: 15 }],
      },
    };
    const page = renderReport({ ...input, evaluation });
    expect(page).toContain(`“${column}” ${finding}.`);
    expect(page).toMatch(/identifiers of real rows in patient<.*?7 rows \(7\.0\u00a0%\)/);
    expect(page).toMatch(/six digits in bmi that are a training row’s<.*?53\.0\u00a0%.*?held-out rows: 1\.0\u00a0%/);
    expect(page).toMatch(/label “Isolation” of ward<.*?15 rows.*?real rows: 1/);
  });

  it('is complete when nothing could be measured', () => {
    const { fidelity, privacy } = input.evaluation!;
    const bare = {
      ...input.evaluation!,
      utility: null,
      utilityScaled: null,
      map: undefined,
      fidelity: { ...fidelity, shifts: [], worstPairs: [], pairColumns: [], pairMatrix: [], lostLabels: [] },
      privacy: {
        ...privacy,
        dcrScaled: { train: [], heldOut: [] },
        dcrShareInterval: undefined,
        heldOutInTrain: undefined,
      },
    };
    const page = renderReport({
      ...input,
      synthetic: [],
      evaluation: bare,
      manifest: { ...input.manifest, trajectory: [], exposure: [] },
    });
    expect(page).toContain('Not measured: no held-out row has a target.');
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('stays small for a wide table: the heat map has its worst columns only', () => {
    const { evaluation } = input;
    const pairColumns = Array.from({ length: 120 }, (_, index) => `column ${index}`);
    const pairMatrix = pairColumns.map((_, i) =>
      pairColumns.map((__, j) => (i === j ? null : i + j === 119 ? 0.1 : 0.9)),
    );
    const wide = { ...evaluation!, fidelity: { ...evaluation!.fidelity, pairColumns, pairMatrix } };
    const page = renderReport({ ...input, evaluation: wide });
    expect(page).toContain('The 24 of 120 columns with the lowest trends');
    expect(page.length).toBeLessThan(1.3 * html.length);
  });
});

describe('text from outside', () => {
  const html = renderReport(hostileInput());
  it.each(ATTACKS)('is escaped: %s', (attack) => {
    expect(html).not.toContain(attack);
  });
  it('is there to be read', () => {
    expect(html).toContain('&#60;img src=x onerror=alert(1)&#62;');
    expect(html.match(/<style>/g)).toHaveLength(1);
    expect(html.match(/<\/style>/g)).toHaveLength(1);
  });
});

describe('renderEvaluation', () => {
  it('shows what was measured and nothing of a fit', () => {
    const { schema, train, synthetic, evaluation } = reportInput(fixtureTables('adult', 'Income'));
    const html = renderEvaluation({ name: 'made <elsewhere>', schema, train, synthetic, evaluation: evaluation! });
    expect(sectionsOf(html)).toEqual(['verdicts', 'columns', 'utility', 'fidelity', 'privacy', 'map']);
    expect(html).toContain('<h1>Evaluation of made &#60;elsewhere&#62;</h1>');
  });

  it('names no rare label of a long list', () => {
    const { schema, train, synthetic, evaluation } = reportInput(fixtureTables('adult', 'Income'));
    const index = schema.columns.findIndex(({ name }) => name === 'education');
    const rows = new Map<unknown, number>();
    for (const row of train) rows.set(row[index], (rows.get(row[index]) ?? 0) + 1);
    const rare = [...rows].filter(([, count]) => count < 3).map(([label]) => String(label));
    expect(rare.length).toBeGreaterThan(1);
    const quiet = { ...evaluation!, verdicts: { ...evaluation!.verdicts, fidelity: evaluation!.verdicts.privacy } };
    const html = renderEvaluation({ name: 'it', schema, train, synthetic, evaluation: quiet });
    for (const label of rare) expect(html).not.toContain(`>${label}<`);
    for (const label of rare) expect(html).not.toContain(`“${label}”`);
  });
});
