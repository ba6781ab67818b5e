import { describe, expect, it } from 'vitest';
import { twice } from '../../chaos/twice.js';

/** The long form, with twenty fits, is `npm run chaos:twice`. */
describe('commands that are given twice at once', () => {
  it('are one fit, whose calls are made once; another fit for the same folder is refused before it pays', async () => {
    const { commands, calls } = await twice({
      latencyMs: 50,
      fits: [
        { out: 'same', options: ['--seed', '1'] },
        { out: 'same', options: ['--seed', '2'] },
        { out: 'own', options: ['--seed', '3'] },
      ],
    });
    const refused = commands.filter(({ code }) => code !== 0);
    expect(refused.map(({ fit }) => fit)).toHaveLength(2);
    expect(new Set(refused.map(({ fit }) => fit)).size).toBe(1);
    for (const { fit, said } of refused) {
      expect(fit).not.toBe(2);
      expect(said).toMatch(/already holds an? (un)?finished fit .* with another table or other options/);
    }
    const tables = commands.flatMap(({ table }) => table ?? []);
    expect(tables).toHaveLength(4);
    expect(new Set(tables).size).toBe(2);
    expect(calls.again).toBe(0);
    expect(calls.answered).toBe(calls.accounted);
  });
});
