import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { freePort } from '../../workers/embedded/free-port.js';
import { s3Binary, type S3Kind } from './s3-binary.js';

const READY_WITHIN_MS = 60_000;

/** A real S3 server of this machine, with a bucket. Killed with the process that started it. */
export interface S3Server {
  kind: S3Kind;
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  bucket: string;
  /** `kill -9`; what was acknowledged must be there after `start`. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, at the same address with the same data. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Starts a real S3 server on loopback and waits until it takes an object. */
export async function startS3Server(): Promise<S3Server> {
  const { kind, path } = await s3Binary();
  const folder = await mkdtemp(join(tmpdir(), 'mallm-s3-'));
  const ports = await Promise.all(Array.from({ length: 8 }, () => freePort()));
  const access = { region: 'us-east-1', accessKeyId: 'testkey', secretAccessKey: 'testsecret', bucket: 'mallm-test' };
  const endpoint = `http://127.0.0.1:${ports[0]!}`;
  const [args, env] = kind === 'versitygw' ? versitygw(folder, ports) : await seaweedfs(folder, ports, access);
  let child: ChildProcess | undefined;
  const endWithUs = (): void => void child?.kill('SIGKILL');
  process.on('exit', endWithUs);

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async function start(): Promise<void> {
    const end = Date.now() + READY_WITHIN_MS;
    do child = spawn(path, args, { env: { ...process.env, ...env }, stdio: 'ignore', cwd: folder });
    while (!(await takesObjects(endpoint, access, child, end)));
  }

  await start();
  return {
    kind,
    endpoint,
    ...access,
    kill,
    start,
    async stop() {
      await kill();
      process.off('exit', endWithUs);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function versitygw(folder: string, ports: number[]): [string[], Record<string, string>] {
  const args = ['--port', `127.0.0.1:${ports[0]!}`, '--quiet', '--keep-alive', 'posix', folder];
  return [args, { ROOT_ACCESS_KEY: 'testkey', ROOT_SECRET_KEY: 'testsecret' }];
}

async function seaweedfs(
  folder: string,
  ports: number[],
  { accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string },
): Promise<[string[], Record<string, string>]> {
  const config = join(folder, 's3.json');
  const actions = ['Admin', 'Read', 'Write', 'List', 'Tagging'];
  const identity = { name: 'test', credentials: [{ accessKey: accessKeyId, secretKey: secretAccessKey }], actions };
  await writeFile(config, JSON.stringify({ identities: [identity] }));
  const options = {
    ip: '127.0.0.1',
    'ip.bind': '127.0.0.1',
    dir: folder,
    'volume.max': 100,
    'master.volumeSizeLimitMB': 64,
    'master.telemetry': false,
    // Ten seconds by default: so long it would wait for other masters after a kill.
    'master.electionTimeout': '1s',
    filer: true,
    s3: true,
    's3.config': config,
    's3.iam': false,
    's3.autoCreateBucket': false,
    's3.port.iceberg': 0,
    's3.port.lance': 0,
    's3.port': ports[0],
    's3.port.grpc': ports[1],
    'master.port': ports[2],
    'master.port.grpc': ports[3],
    'volume.port': ports[4],
    'volume.port.grpc': ports[5],
    'filer.port': ports[6],
    'filer.port.grpc': ports[7],
  };
  return [['server', ...Object.entries(options).map(([name, value]) => `-${name}=${String(value)}`)], {}];
}

/**
 * Only a put shows that a server is ready: some listen, and even make buckets, well before they can store.
 * @returns false when it has ended: while it was down, another connection may have been given a port of its own.
 */
async function takesObjects(
  endpoint: string,
  {
    region,
    accessKeyId,
    secretAccessKey,
    bucket,
  }: Pick<S3Server, 'region' | 'accessKeyId' | 'secretAccessKey' | 'bucket'>,
  child: ChildProcess,
  end: number,
): Promise<boolean> {
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
  for (;;) {
    try {
      await client.send(new CreateBucketCommand({ Bucket: bucket })).catch(unlessOwned);
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'ready', Body: Buffer.from('ready') }));
      client.destroy();
      return true;
    } catch (error) {
      if (Date.now() > end && child.exitCode !== null)
        throw new Error(`the S3 server ends with exit code ${child.exitCode}`);
      if (Date.now() > end) throw error;
      if (child.exitCode !== null) return false;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function unlessOwned(error: unknown): void {
  if (!(error instanceof Error) || !/^BucketAlready/.test(error.name)) throw error;
}
