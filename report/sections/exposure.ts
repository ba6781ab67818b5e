import type { Exposure, Manifest } from '../../mallm/fit/manifest.js';
import { list, paragraph, table, type Section } from '../html.js';
import { count, counted } from '../numbers.js';

/** Which hosts were sent what: calls, tokens, real rows. */
export function exposureSection(manifest: Manifest): Section {
  const rows = manifest.exposure.map((seen) => [
    seen.host,
    isThisMachine(seen.host) ? 'stayed here' : 'left this machine',
    seen.role,
    seen.model,
    count(seen.calls),
    count(seen.promptTokens),
    count(seen.completionTokens),
    `${count(seen.realRows)} of ${count(manifest.table.rows)}`,
    count(seen.realRowsSent),
  ]);
  const head = [
    'host',
    'this machine',
    'role',
    'model',
    'calls',
    'tokens sent',
    'tokens received',
    'different real rows',
    'times a real row was sent',
  ];
  const body = [
    paragraph(exposureText(manifest)),
    rows.length > 0 ? table('What was sent to which host', head, rows) : '',
    list([
      'A real row is sent as an example in a prompt of the generator. The optimizer is sent aggregates and θ, never a row.',
      'Column names, labels, ranges, the context and θ are in every prompt.',
    ]),
  ];
  return { id: 'exposure', name: 'Sent where', title: 'What was sent where', body: body.join('') };
}

/** One sentence on how many real rows left this machine, how often, to which host. */
export function exposureText({ exposure, table: { rows } }: Manifest): string {
  const away = byHost(exposure.filter(({ host }) => !isThisMachine(host)));
  if (away.length === 0) {
    return exposure.length === 0
      ? 'No model was asked: no real row left this machine.'
      : 'Every model ran on this machine: no real row left it.';
  }
  const sent = away.filter(({ times }) => times > 0);
  const hosts = (list: { host: string }[]): string => list.map(({ host }) => host).join(' and ');
  if (sent.length === 0)
    return `No real row left this machine; ${hosts(away)} got column names, labels, ranges and aggregates.`;
  const parts = sent.map(({ host, least, most, times }) => {
    const different = least === most ? count(most) : `${count(least)} to ${count(Math.min(most, rows))}`;
    return `${different} of ${count(rows)} real rows to ${host}, ${counted(times, 'time', 'times')} in all`;
  });
  return `Real rows left this machine: ${parts.join('; ')}.`;
}

/** Roles and models of one host together: how many different rows it saw is known only between two bounds. */
function byHost(exposure: readonly Exposure[]): { host: string; least: number; most: number; times: number }[] {
  const hosts = [...new Set(exposure.map(({ host }) => host))];
  return hosts.map((host) => {
    const seen = exposure.filter((line) => line.host === host);
    return {
      host,
      least: Math.max(...seen.map(({ realRows }) => realRows)),
      most: seen.reduce((sum, { realRows }) => sum + realRows, 0),
      times: seen.reduce((sum, { realRowsSent }) => sum + realRowsSent, 0),
    };
  });
}

/** Whether a host, with or without a port, is this machine itself. */
export function isThisMachine(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^([^:]*):\d+$/, '$1');
  return (
    name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(name)
  );
}
