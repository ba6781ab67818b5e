import { afterEach, describe, expect, it, vi } from 'vitest';
import { openTerminal, printable, runCommand } from '../../scripts/terminal.js';

const HOSTILE = 'age\u001b[2J\u001b]0;owned\u0007\u009b31m\r\u202egnp\u2066';
const SHOWN = 'age\\u001b[2J\\u001b]0;owned\\u0007\\u009b31m\\u000d\\u202egnp\\u2066';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

/** What is written to both streams meanwhile. */
function written(): string[] {
  const lines: string[] = [];
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  return lines;
}

describe('what reaches a terminal', () => {
  it('keeps letters of any script, tabs and lines', () => {
    const text = 'θ → “Größe”\t体重 🧪\nשלום';
    expect(printable(text)).toBe(text);
  });

  it('has no character that commands it, whatever a column, a reply or a record holds', async () => {
    const lines = written();
    const terminal = openTerminal({});
    terminal.notice(HOSTILE);
    terminal.result([HOSTILE, 'end'], {});
    await runCommand(() => Promise.reject(new Error(HOSTILE)));
    expect(lines).toEqual([
      `${SHOWN}\n`,
      `${SHOWN}\nend\n`,
      `\nerror: ${SHOWN}\n(unexpected; with MALLM_DEBUG=1 the stack is shown)\n`,
    ]);
  });

  it('is escaped by JSON where that was asked for', () => {
    const lines = written();
    openTerminal({ json: true }).result([], { name: '\u001b[2J' });
    expect(lines.join('')).toContain('\\u001b[2J');
  });
});

describe('an unexpected error', () => {
  it('shows its stack with MALLM_DEBUG=1', async () => {
    vi.stubEnv('MALLM_DEBUG', '1');
    const lines = written();
    await runCommand(() => Promise.reject(new Error('odd')));
    expect(lines.join('')).toMatch(/error: Error: odd\n +at .*terminal\.test\.ts/);
  });
});
