import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parseCsv } from '../../../mallm/table/formats/csv.js';
import { openWorkplace, repositoryFile } from '../../support/command-line.js';

it('the example of a program runs as it is, and its rows are what it asked for', async () => {
  const place = await openWorkplace(repositoryFile('examples/fit-and-sample.mjs'));
  try {
    const { code, stdout, stderr } = await place.run(['penguins']);
    expect(code, stderr).toBe(0);
    const [first, second] = stdout.trim().split('\n');
    expect(first).toMatch(/^\d+ rows, simulated: true$/);
    const file = second!.replace('20 heavy females in ', '');
    const { header, records } = parseCsv(readFileSync(resolve(place.folder, file)));
    const [sex, mass] = ['sex', 'body_mass_g'].map((name) => header.indexOf(name));
    expect(records).toHaveLength(20);
    expect(records.every((cells) => cells[sex!] === 'female' && Number(cells[mass!]) > 3500)).toBe(true);
    expect(existsSync(join(place.folder, 'penguins', 'report.html'))).toBe(true);
  } finally {
    await place.close();
  }
}, 180_000);
