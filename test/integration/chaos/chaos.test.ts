import { describe, expect, it } from 'vitest';
import { chaos } from '../../chaos/chaos.js';

/** The long form is `npm run chaos`. */
const KILLS = 4;

describe('kill -9 of worker, Temporal, S3 server and model while two tables are fitted', () => {
  it('changes nothing in the results, and no stored reply is paid again', { timeout: 240_000 }, async () => {
    const { kills, fits, calls } = await chaos({
      tables: ['penguins', 'insurance'],
      kills: KILLS,
      seed: 3,
      latencyMs: 250,
      log: () => undefined,
    });
    expect(kills).toEqual({ worker: 1, temporal: 1, s3: 1, simulator: 1 });
    expect(fits).toHaveLength(2);
    for (const { finished, differences } of fits) {
      expect(finished.manifest.rows.released).toBe(finished.manifest.rows.asked);
      expect(differences).toEqual({
        table: false,
        thetas: false,
        trajectory: false,
        counts: false,
        lost: 0,
        doubled: 0,
      });
    }
    expect(calls.stored).toBe(fits.reduce((sum, { finished }) => sum + finished.manifest.calls, 0));
    expect(calls.answered).toBeGreaterThanOrEqual(calls.stored - calls.unlogged);
    expect(calls.paidAgain).toBe(0);
  });
});
