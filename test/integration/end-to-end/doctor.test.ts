import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Workplace } from '../../support/command-line.js';
import { openWorkplace } from '../../support/command-line.js';

describe('the doctor command', () => {
  let place: Workplace;
  beforeAll(async () => {
    place = await openWorkplace();
  });
  afterAll(() => place.close());

  it('finds everything where nothing is set, and shows the settings in force', async () => {
    const { code, stdout } = await place.run(['doctor'], { MALLM_REQUESTS_PER_MINUTE: '60' });
    expect(stdout).toMatch(/^ok {7}object store: file:.* can be written$/m);
    expect(stdout).toMatch(/^ok {7}privacy of folders: /m);
    expect(stdout).toMatch(/^ok {7}model: .*SIMULATED/m);
    expect(stdout).toMatch(/^setting {2}model limits: 60 requests a minute, for this process$/m);
    expect(code).toBe(0);
  });

  it('names a folder that other users can read, and how to close it', async () => {
    await chmod(join(place.folder, '.mallm'), 0o755);
    const { code, stdout } = await place.run(['doctor']);
    expect(stdout).toMatch(/^MISSING {2}privacy of folders: .*\.mallm.*chmod -R go= /m);
    expect(code).toBe(1);
  });

  it('names the endpoint that does not answer, and no key', async () => {
    const endpoint = { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', OPENAI_API_KEY: 'sk-not-to-be-seen' };
    const { code, stdout, stderr } = await place.run(['doctor'], endpoint);
    expect(stdout).toMatch(/^MISSING {2}generator at 127\.0\.0\.1:9: /m);
    expect(stdout).toMatch(/^setting {2}generator model: 127\.0\.0\.1:9, with a key$/m);
    expect(stdout + stderr).not.toContain('sk-not-to-be-seen');
    expect(code).toBe(1);
  });
});
