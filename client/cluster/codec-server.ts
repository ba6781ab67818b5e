import type { CodecKey, Config } from '../../config/index.js';
import { readConfig } from '../../config/index.js';
import { OptionError } from '../../mallm/errors.js';
import { embeddedKey } from '../../workers/embedded/embedded-server.js';
import { startCodecServer } from '../../workers/codec-server.js';

export interface CodecServerRequest {
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Web pages that may ask; Temporal's web UI on this machine by default. */
  origins?: string[];
  signal: AbortSignal;
  onNotice(line: string): void;
  config?: Config;
}

/** Where the web UI of a development server and of the compose file is, by both names of this machine. */
const LOCAL_UI = [8233, 8080].flatMap((port) => [`http://localhost:${port}`, `http://127.0.0.1:${port}`]);
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/;

/**
 * Serves the payload codec to Temporal's web UI and command line until the signal aborts.
 * @throws OptionError without keys, for a port that is taken, or when others could ask it without a token.
 */
export async function runCodecServer({
  port,
  host = '127.0.0.1',
  origins = LOCAL_UI,
  signal,
  onNotice,
  config = readConfig(),
}: CodecServerRequest): Promise<void> {
  const { codecServerToken: token } = config;
  const keys = await keysOf(config);
  if (keys.length === 0) {
    throw new OptionError({
      problem: 'a codec server needs the keys that payloads are encrypted with',
      remedy:
        'Set MALLM_CODEC_KEYS_FILE (or MALLM_CODEC_KEYS) as the workers have it; for the embedded server, run it where .mallm is, or set MALLM_HOME.',
    });
  }
  if (token === undefined && !LOOPBACK.test(host)) {
    throw new OptionError({
      problem: `any program that reaches ${host} could read every payload`,
      expected: 'a token that callers must show, or a loopback address',
      remedy: 'Set MALLM_CODEC_SERVER_TOKEN (or …_FILE), or leave --host out.',
    });
  }
  const server = await startCodecServer({ keys, host, port, origins, token }).catch((error: unknown) => {
    throw new OptionError({
      problem: `cannot listen on ${host}:${port}`,
      got: (error as NodeJS.ErrnoException).code ?? 'an error',
      remedy: 'Choose another --port; 0 takes a free one.',
    });
  });
  onNotice(`codec server at ${server.url}, for pages of ${origins.join(', ')}`);
  onNotice(`  temporal workflow show --codec-endpoint ${server.url} …`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.close();
}

/** Those of the configuration; where no cluster is named, that of the embedded server too. */
async function keysOf({ codec, temporal, home }: Config): Promise<CodecKey[]> {
  const own = temporal ? undefined : await embeddedKey(home);
  return [...(codec?.keys ?? []), ...(own ? [own] : [])];
}
