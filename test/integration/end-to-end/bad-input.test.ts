import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Workplace } from '../../support/command-line.js';
import { openWorkplace } from '../../support/command-line.js';

const ROWS = Array.from({ length: 40 }, (_, i) => `${20 + (i % 37)},${i % 3 ? 'f' : 'm'},${i % 5 ? 'no' : 'yes'}`);
const GOOD = `age,sex,ill\n${ROWS.join('\n')}\n`;

interface Case {
  name: string;
  /** Content of t.csv; left out, there is no such file. */
  table?: string | Buffer;
  args?: string[];
  env?: Record<string, string>;
  /** What the one message has to say: what is wrong, and what to do. */
  says: RegExp;
}

const CASES: Case[] = [
  { name: 'a missing file', says: /t\.csv.*no such file/i },
  { name: 'an empty file', table: '', says: /empty/i },
  { name: 'a header only', table: 'age,sex,ill\n', says: /row/i },
  { name: 'one column', table: `ill\n${'yes\nno\n'.repeat(20)}`, says: /column/i },
  {
    name: 'duplicate column names',
    table: GOOD.replace('sex', 'age'),
    says: /"?age"?.*(twice|duplicate|more than once|unique)/is,
  },
  { name: 'an unknown target', table: GOOD, args: ['--target', 'il'], says: /"il".*ill/s },
  {
    name: 'UTF-8 that is damaged',
    table: Buffer.concat([Buffer.from(GOOD.replace('sex', 'Größe')), Buffer.from([0xff, 0xfe, 0x41, 0x0a])]),
    says: /UTF-8/,
  },
  { name: 'ragged rows', table: `${GOOD}30,f\n`, says: /42|line/ },
  { name: 'three rows', table: GOOD.split('\n').slice(0, 4).join('\n'), says: /rows/ },
  { name: 'a target with one value', table: GOOD.replaceAll('yes', 'no'), says: /one value|only/i },
  {
    name: 'a bad endpoint',
    table: GOOD,
    env: { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', OPENAI_API_KEY: 'x' },
    says: /127\.0\.0\.1:9.*OPENAI_BASE_URL/s,
  },
  {
    name: 'an endpoint that is no address',
    table: GOOD,
    env: { OPENAI_BASE_URL: 'localhost' },
    says: /OPENAI_BASE_URL/,
  },
  { name: 'epochs out of range', table: GOOD, args: ['--epochs', '0'], says: /epochs/ },
  { name: 'a temperature out of range', table: GOOD, args: ['--generator-temperature', '9'], says: /emperature/ },
  { name: 'a number that is none', table: GOOD, args: ['--rows', 'many'], says: /whole number/ },
  { name: 'an unknown option', table: GOOD, args: ['--epoch', '3'], says: /--epochs/ },
  { name: 'an unknown distance', table: GOOD, args: ['--distance', 'near'], says: /off.*mild.*strict/ },
  { name: 'an output folder that is a file', table: GOOD, args: ['--out', 't.csv'], says: /t\.csv.*--out/s },
  {
    name: 'an output folder that cannot be written',
    table: GOOD,
    args: ['--out', '/proc/nowhere'],
    says: /\/proc\/nowhere.*--out/s,
  },
  { name: 'a full output folder', table: GOOD, args: ['--out', '/dev/full/x'], says: /--out/ },
];

describe('bad input', () => {
  let place: Workplace;
  beforeAll(async () => {
    place = await openWorkplace();
  });
  afterAll(() => place.close());

  it.each(CASES)('$name gives one clear message and leaves nothing', async ({ name, table, args = [], env, says }) => {
    const folder = join(place.folder, name.replaceAll(' ', '-'));
    mkdirSync(folder);
    if (table !== undefined) writeFileSync(join(folder, 't.csv'), table);
    const target = args.includes('--target') ? [] : ['--target', 'ill'];
    const { code, stderr, stdout } = await place.run(['fit', 't.csv', ...target, ...args], env, folder);
    expect(stderr).toMatch(says);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr.match(/error:/g)).toHaveLength(1);
    expect(existsSync(join(folder, 't-synthetic', 'run.json'))).toBe(false);
    expect(existsSync(join(folder, 't-synthetic', 'synthetic.csv'))).toBe(false);
  });

  it('a key that the endpoint refuses: said before anything is paid, without the key', async () => {
    const refusal = { error: { message: 'Incorrect API key provided: sk-secret', code: 'invalid_api_key' } };
    const endpoint = createServer((_, reply) => void reply.writeHead(401).end(JSON.stringify(refusal)));
    await once(endpoint.listen(0, '127.0.0.1'), 'listening');
    const address = `127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
    writeFileSync(join(place.folder, 'key.csv'), GOOD);
    const env = { OPENAI_BASE_URL: `http://${address}/v1`, OPENAI_API_KEY: 'sk-secret' };
    const { code, stderr } = await place.run(['fit', 'key.csv', '--target', 'ill'], env);
    endpoint.close();
    expect(stderr).toContain(
      `error: the model endpoint cannot be used: ${address} refused the key (401 invalid_api_key). Check OPENAI_API_KEY`,
    );
    expect(stderr).not.toContain('sk-secret');
    expect(code).toBe(1);
  });
});
