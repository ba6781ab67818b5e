import { createRandom, type Random } from '../../../mallm/random.js';

/** A row as it is written: column → text. */
export type Written = Record<string, string>;

/** A table whose true process keeps rules. */
export interface RuledTable {
  target: string;
  /** One row of the process. */
  row: (random: Random) => Written;
  /** Rules as they are found, in any order. */
  rules: string[];
  /** Whether a row is one that the process may give, as far as the rules go. */
  keeps: (row: Written) => boolean;
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/** So many fresh rows of a table's process. */
export function rowsOf({ row }: RuledTable, count: number, seed: number): Written[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => row(random));
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ');
}

function date(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

function whole(random: Random, from: number, to: number): number {
  return from + random.integer(to - from + 1);
}

const CODES: Record<string, [name: string, chapter: string]> = Object.fromEntries(
  Array.from({ length: 24 }, (_, i) => {
    const letter = 'AEIJ'[i % 4]!;
    return [`${letter}${10 + i}`, [`disease of ${letter} number ${i}`, `chapter ${letter}`]];
  }),
);

/** Tables by what they are about. */
export const RULED: Record<string, RuledTable> = {
  'stays with times of admission and discharge': {
    target: 'outcome',
    row: (random) => {
      const admitted = Date.UTC(2023, 0, 1) + whole(random, 0, 365 * 24 * 4) * 15 * MINUTE;
      const hours = 2 + Math.floor(-60 * Math.log(1 - random.uniform()));
      return {
        age: String(whole(random, 18, 95)),
        admission: time(admitted),
        discharge: time(admitted + hours * 60 * MINUTE),
        hours: String(hours),
        outcome: hours > 70 === random.uniform() < 0.8 ? 'referred' : 'home',
      };
    },
    rules: ['hours = discharge - admission in hours', 'discharge >= admission'],
    keeps: ({ admission, discharge, hours }) =>
      Math.abs(Date.parse(`${discharge!}Z`) - Date.parse(`${admission!}Z`) - Number(hours) * 60 * MINUTE) <=
        30 * MINUTE && discharge! >= admission!,
  },
  'an invoice of quantity times price, with tax': {
    target: 'paid',
    row: (random) => {
      const quantity = whole(random, 1, 24);
      const price = whole(random, 99, 4999) / 100;
      const net = Math.round(quantity * price * 100) / 100;
      const tax = Math.round(net * 19) / 100;
      return {
        quantity: String(quantity),
        price: price.toFixed(2),
        net: net.toFixed(2),
        tax: tax.toFixed(2),
        gross: (net + tax).toFixed(2),
        paid: random.uniform() < 0.7 ? 'yes' : 'no',
      };
    },
    rules: ['net = quantity * price', 'tax = 0.19 * net', 'gross = net + tax'],
    keeps: ({ quantity, price, net, tax, gross }) =>
      Math.abs(Number(quantity) * Number(price) - Number(net)) < 0.0051 &&
      Math.abs(Number(net) * 0.19 - Number(tax)) < 0.0051 &&
      Math.abs(Number(net) + Number(tax) - Number(gross)) < 1e-6,
  },
  'cell counts that add up, some of them missing': {
    target: 'grade',
    row: (random) => {
      const parts = [whole(random, 20, 80), whole(random, 5, 40), whole(random, 0, 12)];
      const isGone = random.uniform() < 0.15;
      const total = parts.reduce((a, b) => a + b, 0);
      return {
        neutrophils: isGone ? '' : String(parts[0]),
        lymphocytes: String(parts[1]),
        monocytes: String(parts[2]),
        leukocytes: isGone ? '' : String(total),
        haemoglobin: String(whole(random, 80, 170) / 10),
        grade: total > 90 ? 'high' : random.uniform() < 0.5 ? 'low' : 'middle',
      };
    },
    rules: ['leukocytes = neutrophils + lymphocytes + monocytes', 'neutrophils, leukocytes missing together'],
    keeps: ({ neutrophils, lymphocytes, monocytes, leukocytes }) =>
      neutrophils === ''
        ? leukocytes === ''
        : Number(neutrophils) + Number(lymphocytes) + Number(monocytes) === Number(leukocytes),
  },
  'codes with their names and chapters': {
    target: 'died',
    row: (random) => {
      const codes = Object.keys(CODES);
      const code = codes[Math.floor(codes.length * random.uniform() ** 2)]!;
      const [name, chapter] = CODES[code]!;
      return {
        icd: code,
        name,
        chapter,
        days: String(whole(random, 1, 400)),
        died: random.uniform() < 0.2 ? '1' : '0',
      };
    },
    rules: ['icd -> name', 'name -> chapter'],
    keeps: ({ icd, name, chapter }) => CODES[icd!]![0] === name && CODES[icd!]![1] === chapter,
  },
  'a share in percent': {
    target: 'risk',
    row: (random) => {
      const tested = whole(random, 120, 900);
      const positive = Math.round(tested * (0.02 + 0.3 * random.uniform()));
      const rate = (100 * positive) / tested;
      return {
        tested: String(tested),
        positive: String(positive),
        rate: rate.toFixed(1),
        risk: rate > 15 ? 'high' : 'low',
      };
    },
    rules: ['rate = 100 * positive / tested'],
    keeps: ({ tested, positive, rate }) => Math.abs((100 * Number(positive)) / Number(tested) - Number(rate)) < 0.0501,
  },
  'three dates in order': {
    target: 'arm',
    row: (random) => {
      const consent = Date.UTC(2020, 0, 1) + whole(random, 0, 500) * DAY;
      const start = consent + Math.floor(20 * random.uniform() ** 2) * DAY;
      const end = start + whole(random, 0, 120) * DAY;
      return {
        consent: date(consent),
        treatment_start: date(start),
        treatment_end: date(end),
        arm: random.uniform() < 0.5 ? 'A' : 'B',
      };
    },
    rules: ['treatment_start >= consent', 'treatment_end >= treatment_start'],
    keeps: ({ consent, treatment_start: start, treatment_end: end }) => consent! <= start! && start! <= end!,
  },
};
