import { describe, expect, it } from 'vitest';
import type { Exposure } from '../../mallm/fit/manifest.js';
import { defaultPreset } from '../../mallm/options.js';
import { leadersOf, lineageOf } from '../../report/leaders.js';
import { exposureText, isThisMachine } from '../../report/sections/exposure.js';
import { overviewSection } from '../../report/sections/overview.js';
import { rowsSection } from '../../report/sections/rows.js';
import { scoreSection } from '../../report/sections/score.js';
import { settingsSection } from '../../report/sections/settings.js';
import { structureSection } from '../../report/sections/structure.js';
import { thetaSection } from '../../report/sections/theta.js';
import { csvOf, cycle, typedTable } from '../support/tables.js';
import { manifestOf, thetaFile } from './report-input.js';

const { schema } = typedTable(
  csvOf({
    age: Array.from({ length: 20 }, (_, index) => String(20 + index)),
    sex: cycle(['f', 'm']),
    site: cycle(['x', 'y', 'z']),
    arm: cycle(['a', 'b']),
    died: cycle(['no', 'no', 'yes']),
  }),
  'died',
);
const manifest = manifestOf(schema);
const theta = thetaFile(schema);
const input = { manifest, theta, schema, train: [], synthetic: [], evaluation: null, baselines: [] };
const plain = (html: string): string =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ');

describe('isThisMachine', () => {
  it.each([
    'localhost',
    'LOCALHOST:80',
    '127.0.0.1',
    '127.0.0.1:8080',
    '127.8.9.1',
    '[::1]:443',
    '[::1]',
    '::1',
    'api.localhost',
    '::ffff:127.0.0.1',
  ])('knows %s', (host) => expect(isThisMachine(host)).toBe(true));
  it.each([
    'api.example.com',
    'localhost.example.com',
    '127.0.0.1.example.com',
    '10.0.0.1',
    '128.0.0.1',
    '0127.0.0.1x',
    '2001:db8::1',
    'notlocalhost',
    '',
  ])('does not take %s for it', (host) => expect(isThisMachine(host)).toBe(false));
});

describe('what was sent where', () => {
  const seen = (
    host: string,
    realRows: number,
    realRowsSent: number,
    role: Exposure['role'] = 'generator',
  ): Exposure => ({
    host,
    role,
    model: 'm',
    calls: 3,
    promptTokens: 10,
    completionTokens: 5,
    realRows,
    realRowsSent,
  });
  const text = (exposure: Exposure[]): string => exposureText(manifestOf(schema, { exposure }));

  it('says how many rows left, how often, to which host', () => {
    expect(text([seen('api.example.com', 42, 57), seen('localhost:1', 99, 999)])).toBe(
      'Real rows left this machine: 42 of 100 real rows to api.example.com, 57 times in all.',
    );
  });
  it('says when none left, and why', () => {
    expect(text([])).toMatch(/^No model was asked/);
    expect(text([seen('127.0.0.1:9', 50, 80)])).toMatch(/^Every model ran on this machine/);
    expect(text([seen('api.example.com', 0, 0)])).toMatch(/^No real row left this machine; api\.example\.com got/);
  });
  it('gives bounds where two models of a host may have seen the same rows', () => {
    expect(text([seen('h.example', 30, 30), seen('h.example', 80, 90, 'optimizer')])).toContain(
      '80 to 100 of 100 real rows to h.example, 120 times',
    );
  });
});

describe('leaders and lineage', () => {
  it('are the first, those that led, the best', () => {
    expect(leadersOf(theta, manifest.trajectory).map(({ number }) => number)).toEqual([0, 1, 2]);
    const best = { ...theta, best: 1 };
    expect(leadersOf(best, manifest.trajectory).map(({ number }) => number)).toEqual([0, 2, 1]);
    expect(leadersOf({ ...theta, best: 0 }, []).map(({ number }) => number)).toEqual([0]);
    expect(leadersOf({ ...theta, thetas: [] }, [])).toEqual([]);
  });
  it('go back to the start, and end even if the parents run in a ring', () => {
    expect(lineageOf(theta, 3).map(({ number }) => number)).toEqual([0, 1, 3]);
    const ring = theta.thetas.map((record) => ({ ...record, parent: record.number === 0 ? 2 : record.parent }));
    expect(lineageOf({ ...theta, thetas: ring }, 2)).toHaveLength(3);
  });
});

describe('the causal structure over iterations', () => {
  const html = structureSection(theta, manifest).body;
  it('draws the first, each that led and the best, and marks what changed', () => {
    expect(html.match(/<svg/g)).toHaveLength(4);
    expect(html).toContain('aria-label="Causal structure: sex to site (removed), sex to age (reversed), age to arm."');
    expect(html).toContain('<ins>+ age → arm</ins>');
    expect(html).toContain('<del>− sex → site</del>');
    expect(html).toContain('<b>⇄ sex → age</b>');
    expect(plain(html)).toContain('From first to best: 1 edge added, 1 edge removed, 1 edge turned round.');
  });
  it('shows the graph edit distance where there is one', () => {
    expect(plain(html)).toContain('4 at first, 2 at last');
    const without = manifest.trajectory.map((point) => ({ ...point, graphEditDistance: undefined }));
    expect(plain(structureSection(theta, { ...manifest, trajectory: without }).body)).not.toContain(
      'Graph edit distance',
    );
  });
  it('folds away what lies between when many led', () => {
    const thetas = Array.from({ length: 8 }, (_, number) => ({ ...theta.thetas[1]!, number }));
    const trajectory = thetas.map(({ number }) => ({
      ...manifest.trajectory[0]!,
      score: 0.9 - number / 20,
      best: 0.9 - number / 20,
      theta: number,
      bestTheta: number,
    }));
    const many = structureSection({ ...theta, thetas, best: 7 }, { ...manifest, trajectory }).body;
    expect(many).toContain('6 that were the best in between');
  });
  it('is complete without an edge, a θ, or an order', () => {
    const none = { ...theta, thetas: [{ ...theta.thetas[0]!, causalStructure: [] }], best: 0 };
    expect(plain(structureSection(none, manifest).body)).toContain('No edges.');
    expect(structureSection({ ...theta, thetas: [] }, manifest).body).not.toContain('undefined');
    const strange = [
      { from: 'age', to: 'gone' },
      { from: 'gone', to: 'age' },
    ];
    const odd = { ...theta, thetas: [{ ...theta.thetas[0]!, causalStructure: strange }], best: 0 };
    expect(structureSection(odd, manifest).body).toContain('gone to age');
  });
});

describe('the changes of θ', () => {
  const html = thetaSection(theta, manifest).body;
  it('says what changed, why, and what it did to the score', () => {
    expect(plain(html)).toContain(
      'θ 1 from θ 0 · epoch 1, batch 1 · score 90.0 % → 80.0 %: 10.0 points better (the intervals overlap)',
    );
    expect(html).toContain('<ins>+ Keep the spread.</ins>');
    expect(html).toContain('<del>− Make rows like the real ones.</del>');
    expect(html).toContain('<ins>+ age → arm</ins>');
    expect(plain(html)).toContain('"age": synthetic mean 50, real 40 (+0.70 sd)');
    expect(plain(html)).toContain('the optimizer received what separates the rows of θ 0 from the real ones');
  });
  it('opens the way to the best and folds the rest', () => {
    const open = html.match(/<details open>.*?<\/summary>/g)!.map(plain);
    expect(open.map((line) => /θ (\d)/.exec(line)![1])).toEqual(['1', '2']);
    expect(plain(html)).toContain('It did not count: 62 % of its rows were valid, 80 % are needed.');
  });
  it('says no overlap where intervals are apart, and worse where it is', () => {
    const thetas = theta.thetas.map((record) =>
      record.number === 1
        ? { ...record, adjustedScore: 0.95, adjustedInterval: [0.94, 0.96] as [number, number] }
        : record.number === 0
          ? { ...record, adjustedInterval: [0.88, 0.92] as [number, number] }
          : record,
    );
    expect(plain(thetaSection({ ...theta, thetas }, manifest).body)).toContain('90.0 % → 95.0 %: 5.0 points worse ');
    expect(plain(thetaSection({ ...theta, thetas }, manifest).body)).not.toContain('5.0 points worse (the');
  });
  it('opens the last steps of a long way only, and folds the table of many θ', () => {
    const thetas = Array.from({ length: 20 }, (_, number) => ({
      ...theta.thetas[1]!,
      number,
      parent: number === 0 ? null : number - 1,
    }));
    const long = thetaSection({ ...theta, thetas, best: 19 }, manifest).body;
    expect(long.match(/<details open>/g)).toHaveLength(5);
    expect(long).toContain('<summary>Every θ and its score</summary>');
  });
  it('is complete without a θ', () => {
    expect(thetaSection({ ...theta, thetas: [] }, manifest).body).not.toMatch(/undefined|NaN/);
  });
  it('is complete with one θ only', () => {
    const one = thetaSection({ ...theta, thetas: theta.thetas.slice(0, 1), best: 0 }, manifest).body;
    expect(plain(one)).toContain('There is one θ');
    expect(one).not.toMatch(/undefined|NaN/);
  });
});

describe('scores, rows, options', () => {
  it('gives every iteration as figures beside the chart', () => {
    const thetas = theta.thetas.map((record) =>
      record.number === 1
        ? { ...record, adjustedScore: 0.95, adjustedInterval: [0.9, 0.99] as [number, number] }
        : record,
    );
    const text = plain(scoreSection({ ...theta, thetas }, manifest).body);
    expect(text).toContain('2.1 θ 1 80.0 % 72.0 to 88.0 % 95.0 % 90.0 to 99.0 % 90.0 % (θ 0) 58 2 3');
    expect(text).toContain('3.1 θ 2 70.0 % 60.0 to 80.0 % 70.0 % 60.0 to 80.0 % 70.0 % (θ 2) 58 2 2');
    expect(scoreSection(theta, { ...manifest, trajectory: [] }).body).toBe('<p>No iteration was scored.</p>');
  });
  it('compares first and best by the newest classifier, with the interval of their difference', () => {
    const text = plain(scoreSection(theta, manifest).body);
    expect(text).toContain('90.0 % at first, 70.0 % at best (difference −20.0, 95 % −30.0 to −10.0). The best is the');
    const { first } = manifest.firstAndBest!;
    const won = { ...manifest, firstAndBest: { first, best: first, difference: 0, interval: null } };
    expect(plain(scoreSection(theta, won).body)).toContain('90.0 % for the first θ, which is the best');
    expect(plain(scoreSection(theta, won).body)).not.toContain('flatters');
    expect(plain(overviewSection(input).body)).toContain('90.0 % at first, 70.0 % at best');
  });
  it('draws the lowest score so far as a line that never rises, by the newest classifier', () => {
    const scores = [0.8, 0.75, 0.85, 0.7];
    const thetas = scores.map((adjustedScore, number) => ({
      ...{ ...theta.thetas[0]!, number, parent: number === 0 ? null : 0, epoch: 1, batch: number },
      ...{ adjustedScore, adjustedInterval: [adjustedScore - 0.05, adjustedScore + 0.05] as [number, number] },
    }));
    const trajectory = scores.map((_, number) => ({
      ...{
        ...manifest.trajectory[0]!,
        batch: number + 1,
        theta: number,
        score: 0.6 + number / 10,
        best: 0.6 + number / 10,
      },
    }));
    const html = scoreSection({ ...theta, thetas, best: 3 }, { ...manifest, trajectory }).body;
    const path = /<path d="(M[^"]+)"/.exec(html)![1]!;
    const heights = [...path.matchAll(/(?:^M\S+ |V)([\d.]+)/g)].map(([, height]) => Number(height));
    expect(heights).toHaveLength(4);
    expect(heights).toEqual(heights.toSorted((a, b) => a - b));
    expect(heights[1]).toBe(heights[2]);
    expect(plain(html)).toContain('1.3 θ 2 80.0 %');
    expect(plain(html)).toContain('75.0 % (θ 1)');
  });
  it('says on top and beside the scores that the discriminator was blind', () => {
    const [first, ...others] = manifest.trajectory;
    const blind = { ...manifest, trajectory: [{ ...first!, score: null, blind: true as const }, ...others] };
    expect(plain(scoreSection(theta, blind).body)).toContain('The discriminator was blind: in 1 of 3 iterations');
    expect(plain(overviewSection({ ...input, manifest: blind }).body)).toContain(
      'The discriminator was blind: in 1 of',
    );
    expect(plain(overviewSection(input).body)).not.toContain('blind');
    const thetas = theta.thetas.map((record) => (record.number === 3 ? { ...record, blind: true as const } : record));
    expect(plain(thetaSection({ ...theta, thetas }, manifest).body)).toContain(
      'It did not count: the discriminator was blind',
    );
  });
  it('draws an iteration without interval and a score that does not count', () => {
    const trajectory = [{ ...manifest.trajectory[0]!, interval: undefined, score: null, best: null }];
    const thetas = theta.thetas.map((record) => ({ ...record, adjustedScore: null, adjustedInterval: null }));
    expect(scoreSection({ ...theta, thetas }, { ...manifest, trajectory }).body).not.toMatch(/NaN|undefined/);
  });
  it('says on top when the model hardly took part, and not otherwise', () => {
    const overview = (changes: object): string => {
      const changed = manifestOf(schema, changes);
      return plain(overviewSection({ ...input, manifest: changed }).body);
    };
    const rows = { asked: 50, released: 50, accepted: 1, rejected: 49 };
    expect(overview({ rows, rejections: { 'not-in-reply': 49 } })).toMatch(
      /hardly took part:.*only 2 %.*not-in-reply 49.*--rows-per-request/,
    );
    expect(overview({})).not.toContain('hardly took part');
  });
  it('says why rows were rejected, in words, most frequent first', () => {
    const text = plain(rowsSection(manifest).body);
    expect(text).toMatch(
      /outside the range of the training rows 7 out-of-range.*no training row has 4 unknown-label.*odd new reason 1/,
    );
    expect(text).toContain('is too near to a training row, by the option “distance” 1 234 too-near');
    expect(text).toContain('Why there are fewer: only 80 rows were far enough from real ones');
  });
  it('lists the options that differ from the preset, and the files', () => {
    const text = plain(settingsSection(manifest).body);
    expect(text).toContain(`generatorTemperature 0.3 ${defaultPreset.generatorTemperature}`);
    expect(text).toContain('seed 7 1');
    expect(text).not.toContain('batchSize');
    expect(text).toContain(`synthetic.csv ${'ab'.repeat(32)}`);
    expect(plain(settingsSection({ ...manifest, options: defaultPreset }).body)).toContain(
      'Every option is as in the preset “default”.',
    );
  });
});
