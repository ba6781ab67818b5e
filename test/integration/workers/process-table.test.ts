import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { commandOf, listProcesses, processMark, signalProcess } from '../../../workers/embedded/process-table.js';

describe('the process table', () => {
  it('marks a process for as long as it lives', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6) // a process (with ) brackets'], {
      stdio: 'ignore',
    });
    await once(child, 'spawn');
    const pid = child.pid!;
    const mark = await processMark(pid);
    expect(mark).toMatch(/\d/);
    expect(await processMark(pid)).toBe(mark);
    expect(mark).not.toBe(await processMark(process.pid));
    expect((await commandOf(pid))?.join(' ')).toContain('a process (with ) brackets');
    expect((await listProcesses()).map((listed) => listed.pid)).toContain(pid);
    signalProcess(pid, 'SIGKILL');
    await once(child, 'exit');
    expect(await processMark(pid)).toBeUndefined();
    expect(await commandOf(pid)).toBeUndefined();
    expect(() => signalProcess(pid, 'SIGTERM')).not.toThrow();
  });

  it('counts a process as ended that its parent has not waited for', async () => {
    // A shell that starts a process, does not wait for it, and becomes another program that never will.
    const shell = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(shell.stdout, 'data')) as [Buffer];
    const zombie = Number(String(line).trim());
    await expect.poll(() => processMark(zombie), { timeout: 5_000 }).toBeUndefined();
    expect(() => process.kill(zombie, 0)).not.toThrow();
    shell.kill('SIGKILL');
  });
});
