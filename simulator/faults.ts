import { createRandom, seedOf, type Random } from '../mallm/random.js';
import type { SimulatorSettings } from './options.js';

/** What goes wrong with one attempt at a call. */
export type AttemptFault = 'refused' | 'server-error' | 'hang' | 'dropped' | null;
/** What is wrong with the reply itself: the same at every attempt, so that it can be paid for and stored once. */
export type ReplyFault = 'broken' | 'content-filter' | null;

type FaultRates = Pick<
  SimulatorSettings,
  'faultSeed' | 'rate429' | 'rate5xx' | 'rateHang' | 'rateDropped' | 'rateBroken' | 'rateContentFilter'
>;

/** A pure function of fault seed, call and attempt (from 1). */
export function attemptFault(rates: FaultRates, callHash: string, attempt: number): AttemptFault {
  const chance = seedOf(rates.faultSeed, 'attempt', callHash, attempt) / 2 ** 32;
  let limit = 0;
  if (chance < (limit += rates.rate429)) return 'refused';
  if (chance < (limit += rates.rate5xx)) return 'server-error';
  if (chance < (limit += rates.rateHang)) return 'hang';
  return chance < limit + rates.rateDropped ? 'dropped' : null;
}

/** A pure function of fault seed and call. */
export function replyFault(rates: FaultRates, callHash: string): ReplyFault {
  const chance = seedOf(rates.faultSeed, 'reply', callHash) / 2 ** 32;
  if (chance < rates.rateBroken) return 'broken';
  return chance < rates.rateBroken + rates.rateContentFilter ? 'content-filter' : null;
}

/** The 5xx status of a failed attempt. */
export function serverErrorStatus(callHash: string, attempt: number): number {
  return [500, 502, 503, 504][seedOf('status', callHash, attempt) % 4]!;
}

/** A reply spoilt in one of the ways replies were seen to be: cut off, empty, prose, nested, not JSON. */
export function brokenReply(text: string, callHash: string): string {
  const random: Random = createRandom(seedOf('broken', callHash));
  const ways = [
    () => text.slice(0, Math.floor(text.length * (0.1 + 0.7 * random.uniform()))),
    () => '',
    () => 'I am sorry, but I cannot make rows that look like real people.',
    () => JSON.stringify({ data: { result: { status: 'ok', content: [] } } }),
    () => `[${text.replace(/"/g, "'").replace(/[{}]/g, '')}`,
    () => text.replace(/:/g, ' =').replace(/,/g, ';\n'),
  ];
  return random.pick(ways)();
}
