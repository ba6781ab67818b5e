/**
 * A fit against a rate limit that a third-party server enforces: nginx (`limit_req`) in front of the simulated model.
 *
 *   npm run bench:rate-limit -- [--per-minute 60] [--epochs 25] [--burst 0] [--retry-after 1|none]
 *
 * Needs nginx on the PATH (Debian: nginx-light). Prints, from nginx's own log, the calls let through and refused in each
 * minute, and the share that was refused after the first; at most 5 % is the aim.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSimulator } from '../simulator/index.js';
import { SITE_KEY, startSite } from '../test/support/site.js';
import { startTemporal } from '../test/support/temporal.js';
import { freePort } from '../workers/embedded/free-port.js';

const MOST_REFUSED = 0.05;

/** A call as nginx saw it. */
interface Seen {
  /** Seconds since 1970. */
  at: number;
  status: number;
}

const { values } = parseArgs({
  options: {
    'per-minute': { type: 'string', default: '60' },
    epochs: { type: 'string', default: '25' },
    burst: { type: 'string', default: '0' },
    'retry-after': { type: 'string', default: '1' },
  },
});

const temporal = await startTemporal();
const simulator = await startSimulator({ requireKey: SITE_KEY, latencyMs: 300 });
const nginx = await startNginx(simulator.port);
const site = await startSite(temporal.address, { baseURL: nginx.url });
try {
  await site.startWorker(16);
  const { manifest } = await site.fit({ epochs: Number(values.epochs), inFlight: 16 });
  const seen = await nginx.seen();
  console.log(
    `${manifest.calls} calls, limit ${values['per-minute']} a minute, burst ${values.burst}, Retry-After ${values['retry-after']}`,
  );
  print(seen);
} finally {
  await site.close();
  await nginx.close();
  await simulator.close();
  await temporal.stop();
}

async function startNginx(port: number): Promise<{ url: string; seen(): Promise<Seen[]>; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'mallm-gan-nginx-'));
  const listen = await freePort();
  const config = join(folder, 'nginx.conf');
  await writeFile(config, configuration(folder, listen, port));
  const child = spawn('nginx', ['-p', folder, '-e', join(folder, 'error.log'), '-c', config], { stdio: 'inherit' });
  await Promise.race([once(child, 'spawn'), once(child, 'error').then(([error]) => Promise.reject(error as Error))]);
  const log = join(folder, 'calls.log');
  return {
    url: `http://127.0.0.1:${listen}/v1`,
    seen: async () => {
      const lines = (await readFile(log, 'utf8')).trim().split('\n');
      return lines.map((line) => ({ at: Number(line.split(' ')[0]), status: Number(line.split(' ')[1]) }));
    },
    close: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, listen: number, port: number): string {
  const burst = values.burst === '0' ? '' : ` burst=${values.burst} nodelay`;
  const retryAfter = values['retry-after'] === 'none' ? '' : `add_header Retry-After ${values['retry-after']} always;`;
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events {}
http {
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  log_format call '$msec $status';
  limit_req_zone $server_name zone=model:1m rate=${values['per-minute']}r/m;
  server {
    listen 127.0.0.1:${listen};
    server_name model;
    location /v1/models { access_log off; proxy_pass http://127.0.0.1:${port}; }
    location / {
      access_log ${folder}/calls.log call;
      limit_req zone=model${burst};
      limit_req_status 429;
      error_page 429 = @refused;
      proxy_pass http://127.0.0.1:${port};
    }
    location @refused { access_log ${folder}/calls.log call; ${retryAfter} return 429; }
  }
}
`;
}

function print(seen: Seen[]): void {
  const first = seen[0]!.at;
  console.log('| minute | let through | refused |\n| --- | --- | --- |');
  for (let minute = 0; minute <= (seen.at(-1)!.at - first) / 60; minute++) {
    const calls = seen.filter(({ at }) => Math.floor((at - first) / 60) === minute);
    const refused = calls.filter(({ status }) => status === 429).length;
    console.log(`| ${minute + 1} | ${calls.length - refused} | ${refused} |`);
  }
  const later = seen.filter(({ at }) => at - first >= 60);
  const share = later.filter(({ status }) => status === 429).length / later.length;
  console.log(
    `refused after the first minute: ${(100 * share).toFixed(1)} % of ${later.length} (aim: below ${100 * MOST_REFUSED} %)`,
  );
  if (share >= MOST_REFUSED) process.exitCode = 1;
}
