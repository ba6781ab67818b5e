import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from './config-error.js';

/** The variables of a process, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable's value; an empty or blank one counts as not set. */
export function text(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/**
 * A secret, given in the variable itself or in a file named by `NAME_FILE`.
 *
 * @throws ConfigError when both are set, or the file cannot be read or is empty.
 */
export function secret(env: Environment, name: string): string | undefined {
  const [value, path] = [text(env, name), text(env, `${name}_FILE`)];
  if (value !== undefined && path !== undefined) throw bothSet(name, `${name}_FILE`);
  if (path === undefined) return value;
  const content = fileContent(`${name}_FILE`, path).toString('utf8').trim();
  if (content !== '') return content;
  throw new ConfigError({
    problem: `the file of ${name}_FILE is empty`,
    got: path,
    remedy: 'Write the secret into it.',
  });
}

/**
 * An http(s) address without a trailing slash.
 *
 * @throws ConfigError when it is not one, or carries a user name or password.
 */
export function httpUrl(env: Environment, name: string): string | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') {
    return value.replace(/\/+$/, '');
  }
  throw new ConfigError({
    problem: `${name} is not an address this project can call`,
    expected: 'http://host:port/path or https://…, without a user name or password',
    got: url && (url.username || url.password) ? 'an address with a user name or password' : JSON.stringify(value),
    remedy: `Correct ${name}; a key has a variable of its own.`,
  });
}

/**
 * A number of seconds from 1 to a day, as milliseconds.
 *
 * @throws ConfigError when it is not a number in that range.
 */
export function seconds(env: Environment, name: string, fallback: number): number {
  const value = text(env, name);
  const parsed = z.coerce
    .number()
    .min(1)
    .max(86_400)
    .safeParse(value ?? fallback);
  if (parsed.success) return Math.round(parsed.data * 1000);
  throw new ConfigError({
    problem: `${name} is out of range`,
    expected: 'a number of seconds from 1 to 86400',
    got: JSON.stringify(value),
    remedy: `Set it, or leave it out for ${fallback} seconds.`,
  });
}

/**
 * A whole number of at least 1.
 *
 * @throws ConfigError when it is not one.
 */
export function count(env: Environment, name: string): number | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  if (/^[1-9]\d{0,11}$/.test(value)) return Number(value);
  throw new ConfigError({
    problem: `${name} is out of range`,
    expected: 'a whole number of at least 1',
    got: JSON.stringify(value),
    remedy: 'Set it without separators, or leave it out for no bound.',
  });
}

/**
 * `true`, `1`, `false` or `0`.
 *
 * @throws ConfigError for anything else.
 */
export function flag(env: Environment, name: string): boolean | undefined {
  const value = text(env, name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new ConfigError({
    problem: `${name} is neither on nor off`,
    expected: 'true or false',
    got: JSON.stringify(value),
  });
}

/**
 * The bytes of a file that a variable or a setting names.
 *
 * @throws ConfigError when it cannot be read.
 */
export function fileContent(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError({
      problem: `the file that ${name} names cannot be read`,
      got: `${path} (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
      remedy: 'Check the path and its permissions.',
    });
  }
}

/** Two settings that exclude each other. */
export function bothSet(first: string, second: string): ConfigError {
  return new ConfigError({
    problem: `${first} and ${second} are both set`,
    expected: 'one of them',
    remedy: 'Unset one.',
  });
}
