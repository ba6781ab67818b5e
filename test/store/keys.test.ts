import { describe, expect, it } from 'vitest';
import {
  replyKey,
  runKeys,
  runOfLatest,
  sampleKeys,
  scheduleKeys,
  schedulePrefix,
  slotSampleId,
  versionKey,
} from '../../store/keys.js';
import { sampleStep } from '../../workflows/contract.js';

const HASH = '0123456789abcdef0123456789abcdef';

describe('the keys of the store', () => {
  it('are those that earlier versions wrote: a run goes on after an upgrade', () => {
    const run = runKeys('patients-1a2b');
    const sample = sampleKeys('patients-1a2b', 'first');
    const schedule = scheduleKeys(schedulePrefix('nightly', 'c0de'));
    expect([
      run.record,
      run.latest,
      versionKey(run.checkpoint(7), HASH),
      versionKey(run.state({ epoch: 2, batch: 1 }), HASH),
      versionKey(run.theta(3), HASH),
      replyKey(run.proposalReply({ epoch: 2, batch: 1 }, 0, true), HASH),
      replyKey(run.rowsReply('e2b1', 3, 4), HASH),
      versionKey(run.rows('e2b1', 3, 4), HASH),
      run.refinedGenerator(HASH, 'mild'),
      versionKey(sample.part(12, 3), HASH, '.csv'),
      versionKey(sample.kept(12, 3), HASH),
      sample.shard(120_000, 10_000),
      schedule.spec,
      schedule.record('2026-01-02T03:05:06.789Z', '2026-01-02T03:00:00Z'),
    ]).toEqual([
      'runs/patients-1a2b/record.json',
      'runs/patients-1a2b/latest.json',
      'runs/patients-1a2b/checkpoints/000007-0123456789ab.json',
      'runs/patients-1a2b/states/e2b1-0123456789ab.json',
      'runs/patients-1a2b/thetas/3-0123456789ab.json',
      'runs/patients-1a2b/replies/e2b1/propose-0-repair-0123456789abcdef0123.json',
      'runs/patients-1a2b/replies/e2b1/t3-c4-0123456789abcdef0123.json',
      'runs/patients-1a2b/rows/e2b1/t3-c4-0123456789ab.json',
      'runs/patients-1a2b/generators/0123456789ab-mild.json',
      'runs/patients-1a2b/samples/first/part-000012-r3-0123456789ab.csv',
      'runs/patients-1a2b/samples/first/kept-12-r3-0123456789ab.json',
      'runs/patients-1a2b/samples/first/shards/000000120000-10000.json',
      'schedules/nightly-c0de/spec.json',
      'schedules/nightly-c0de/records/2026-01-02_03-05-06-789_2026-01-02_03-00-00.json',
    ]);
  });

  it('sort as what they name does: checkpoints by step, shards by their first row', () => {
    const steps = [9, 10, 99, 100, 1000];
    const { checkpoint } = runKeys('r');
    const { shard, shards } = sampleKeys('r', 's');
    expect(steps.map(checkpoint)).toEqual(steps.map(checkpoint).sort());
    expect(steps.map((first) => shard(first, 10))).toEqual(steps.map((first) => shard(first, 10)).sort());
    expect(shard(0, 10).startsWith(shards)).toBe(true);
  });

  it('find all rows that the model made for a sample', () => {
    const run = runKeys('r');
    const ofSample = run.rows(sampleStep('first', 3, 2), 1, 0);
    expect(ofSample).toBe('runs/r/rows/sample-first-s3-r2/t1-c0');
    expect(ofSample.startsWith(run.rowsOfSample('first'))).toBe(true);
  });

  it('name the sample of a slot alike by its time and by the name of its folder', () => {
    expect(slotSampleId('nightly', '2026-01-02T03:00:00Z')).toBe('nightly-2026-01-02_03-00-00');
    expect(slotSampleId('nightly', '2026-01-02_03-00-00')).toBe('nightly-2026-01-02_03-00-00');
  });

  it('are read back: the store and the run of a URL', () => {
    const latest = `s3://bucket/some/prefix/${runKeys('patients-1a2b').latest}`;
    expect(runOfLatest(latest)).toEqual({ store: 's3://bucket/some/prefix', runId: 'patients-1a2b' });
    expect(runOfLatest(latest.replace('latest', 'record'))).toBeUndefined();
    expect(runOfLatest(runKeys('patients-1a2b').latest)).toBeUndefined();
  });
});
