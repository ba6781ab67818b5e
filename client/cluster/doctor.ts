import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../config/index.js';
import { readConfig } from '../../config/index.js';
import { embeddedKey } from '../../workers/embedded/embedded-server.js';
import { obtainTemporalCli } from '../../workers/embedded/temporal-cli.js';
import { openModels } from '../../workers/open-models.js';
import { defaultStoreUrl, storeOpener } from '../../workers/stores.js';
import { clusterFindings } from './doctor-cluster.js';
import type { Finding } from './finding.js';
import { finding } from './finding.js';

/** Bits of a file's mode for its group and all others. */
const FOR_OTHERS = 0o077;

/** Looks at everything a fit needs: server, workers, store, model. Changes nothing but a test object in the store. */
export async function doctor({ config = readConfig() }: { config?: Config } = {}): Promise<Finding[]> {
  return [
    await finding('Node.js', async () => process.version),
    ...(config.temporal
      ? await clusterFindings(config)
      : [
          await finding('Temporal CLI (embedded server)', () => cliFound(config)),
          await finding('key of the embedded server', () => keyFound(config)),
        ]),
    await finding('object store', () => storeWorks(config)),
    ...(process.platform === 'win32' ? [] : [await finding('privacy of folders', () => foldersPrivate(config))]),
    ...(await modelFindings(config)),
    ...(config.metrics ? [await finding('health and metrics', () => workerHealth(config.metrics!))] : []),
  ];
}

async function cliFound(config: Config): Promise<string> {
  return obtainTemporalCli({ ...config.temporalCli, log: () => undefined });
}

async function keyFound({ home }: Config): Promise<string> {
  const key = await embeddedKey(home);
  return key ? `${key.id}, for you alone` : 'none yet: it is made at the first start';
}

async function storeWorks(config: Config): Promise<string> {
  const url = defaultStoreUrl(config);
  const store = storeOpener(config)(url);
  const key = `doctor/${randomBytes(6).toString('hex')}`;
  await store.put(key, Buffer.from('written by mallm-gan doctor'), { ifAbsent: true });
  await store.delete(key);
  return `${url} can be written`;
}

/** What was made before folders were private may be open to other users of the machine. */
async function foldersPrivate(config: Config): Promise<string> {
  const store = defaultStoreUrl(config);
  const folders = [config.home, ...(store.startsWith('file:') ? [fileURLToPath(store)] : [])];
  const modes = await Promise.all(
    folders.map((folder) =>
      stat(folder).then(
        ({ mode }) => mode,
        () => 0,
      ),
    ),
  );
  const open = folders.filter((_, i) => (modes[i]! & FOR_OTHERS) !== 0);
  if (open.length > 0) {
    const paths = open.map((folder) => JSON.stringify(folder)).join(' ');
    throw new Error(`other users of this machine can read ${paths}. Close it: chmod -R go= ${paths}`);
  }
  return 'only you can read what is kept here';
}

async function modelFindings(config: Config): Promise<Finding[]> {
  const { generator, optimizer } = config.models;
  if (!generator && !optimizer) return [{ what: 'model', ok: true, found: 'none set: the SIMULATED model stands in' }];
  const models = await openModels(config, { inFlight: 1 });
  try {
    return [
      await finding(`generator at ${models.generator.host}`, () => models.generator.defaultModel()),
      await finding(`optimizer at ${models.optimizer.host}`, () => models.optimizer.defaultModel()),
    ];
  } finally {
    await models.close();
  }
}

/** No answer is no fault: doctor may run where no worker does. */
async function workerHealth({ host, port }: NonNullable<Config['metrics']>): Promise<string> {
  const near = /^(0\.0\.0\.0|::)$/.test(host) ? '127.0.0.1' : host;
  const url = `http://${near.includes(':') ? `[${near}]` : near}:${port}`;
  const reply = await fetch(`${url}/readyz`).catch(() => undefined);
  if (!reply) return `for workers of this machine at ${url}; none answers now`;
  if (!reply.ok) throw new Error(`the worker at ${url} takes no work: ${(await reply.text()).trim()}`);
  return `the worker at ${url} is ready`;
}
