import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../../config/index.js';
import { WORKER_ROLES } from '../../../workers/worker.js';
import { repositoryFile } from '../../support/command-line.js';

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  ports?: string[];
  healthcheck?: object;
  depends_on?: Record<string, object>;
}

interface Compose {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
}

const compose = parse(readFileSync(repositoryFile('docker-compose.yml'), 'utf8'), { merge: true }) as Compose;
const dockerfile = readFileSync(repositoryFile('Dockerfile'), 'utf8');
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  const schema = JSON.parse(readFileSync(repositoryFile('test/fixtures/compose/compose-spec.json'), 'utf8')) as object;
  const validate = new Ajv({ strict: false, validateFormats: false }).compile({ ...schema, $schema: undefined });

  it('is a compose file, as its schema has it', () => {
    validate(compose);
    expect(validate.errors).toBeNull();
    expect(validate({ ...compose, services: { models: { imagee: 'x' } } })).toBe(false);
  });

  it('depends on services, and mounts secrets, that it has', () => {
    const named = services.flatMap(([, service]) => Object.keys(service.depends_on ?? {}));
    expect(named.filter((name) => !(name in compose.services))).toEqual([]);
    const mounted = services.flatMap(([, service]) => service.secrets ?? []);
    expect(mounted.filter((name) => !(name in compose.secrets))).toEqual([]);
    expect(Object.keys(compose.secrets).filter((name) => !mounted.includes(name))).toEqual([]);
  });

  it('pins every image, and opens ports to this machine only', () => {
    expect(services.filter(([, { image }]) => !/:[\w.${}:-]+$/.test(image) || /:latest$/.test(image))).toEqual([]);
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('gives a role to each worker, all together, and the key of the model to one only', () => {
    const workers = services.filter(([, { command }]) => command?.[0] === 'worker');
    const roles = workers.flatMap(([, { command }]) => command!.slice(command!.indexOf('--role') + 1)[0]!);
    expect(roles.sort()).toEqual([...WORKER_ROLES].sort());
    const keyed = workers.filter(([, { secrets }]) => secrets!.includes('model-key'));
    expect(keyed.map(([name]) => name)).toEqual(['models']);
  });

  it('sets only variables that the configuration reads, and holds no secret', () => {
    const { environment } = compose.services.workflows!;
    const files = Object.keys(environment!).filter((name) => name.endsWith('_FILE'));
    const plain = Object.fromEntries(Object.entries(environment!).filter(([name]) => !files.includes(name)));
    expect(readConfig(plain)).toMatchObject({
      temporal: { address: 'temporal:7233' },
      store: 's3://mallm/runs',
      s3: { endpoint: 'http://s3:7070', region: 'us-east-1' },
    });
    expect(files.sort()).toEqual(['AWS_SHARED_CREDENTIALS_FILE', 'MALLM_CODEC_KEYS_FILE']);
    for (const name of files) expect(environment![name]).toMatch(/^\/run\/secrets\//);
    expect(JSON.stringify(compose)).not.toMatch(/PASSWORD":|SECRET_KEY|API_KEY":/);
  });
});

describe('the Dockerfile', () => {
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

  it('ends in an image that does not run as root, reports its health, and bundles nothing at its start', () => {
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^HEALTHCHECK .*\n.*\/readyz/m);
    expect(last).toContain('COPY --from=build /app/dist dist');
    expect(dockerfile).toContain('npm run build');
  });

  it('copies what .dockerignore lets through, and nothing that is not there', () => {
    const allowed = readFileSync(repositoryFile('.dockerignore'), 'utf8').match(/(?<=^!).+$/gm)!;
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names]) => names!.split(' '));
    expect(copied.sort()).toEqual(allowed.sort());
  });
});
