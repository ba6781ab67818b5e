import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const onLinux = process.platform === 'linux';

/** A running process and what it was started with. */
export interface ListedProcess {
  pid: number;
  /** Command and arguments; only on Linux is an argument with spaces kept in one piece. */
  command: string[];
}

/**
 * A mark of a process that no later process of the same number shares; undefined when none runs under that number.
 *
 * A process that has ended and was not waited for yet counts as ended.
 */
export async function processMark(pid: number): Promise<string | undefined> {
  if (onLinux) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined) return undefined;
    // The second field is the name in parentheses, which may hold anything.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? undefined : fields[18];
  }
  if (!answersSignals(pid)) return undefined;
  if (process.platform === 'win32') return 'running';
  const line = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
  return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
}

/** The command of one process of this machine, or undefined when it is not ours to see. */
export async function commandOf(pid: number): Promise<string[] | undefined> {
  if (onLinux) {
    const [line, theirs, ours] = await Promise.all([
      readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      readlink(`/proc/${pid}/ns/mnt`).catch(() => undefined),
      readlink('/proc/self/ns/mnt').catch(() => undefined),
    ]);
    // Paths in the command of another container name other files than here.
    return line === '' || theirs !== ours ? undefined : line.replace(/\0$/, '').split('\0');
  }
  if (process.platform === 'win32') return undefined;
  const { stdout } = await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.trim() === '' ? undefined : stdout.trim().split(' ');
}

/** All processes of this machine that we can see, in no order; empty where the platform has no list. */
export async function listProcesses(): Promise<ListedProcess[]> {
  if (onLinux) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
    const listed = await Promise.all(pids.map(async (pid) => ({ pid, command: await commandOf(pid) })));
    return listed.flatMap(({ pid, command }) => (command ? [{ pid, command }] : []));
  }
  if (process.platform === 'win32') return [];
  const { stdout } = await run('ps', ['-axww', '-o', 'pid=,command='], { maxBuffer: 1 << 26 });
  return stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(.+)$/.exec(line);
    return match ? [{ pid: Number(match[1]), command: match[2]!.split(' ') }] : [];
  });
}

/** Sends a signal; a process that is gone already is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
