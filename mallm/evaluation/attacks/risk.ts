import { wilson } from '../../learning/wilson.js';

/** 97.5 % quantile of the standard normal: intervals are 95 %. */
const Z = 1.959963984540054;

/** Success of one attack on training rows, and on rows that the generator never saw. */
export interface AttackRisk {
  /** Guesses made on each side. */
  attacks: { train: number; control: number };
  /** Shares of them that were right. */
  rates: { train: number; control: number };
  /** (train − control) / (1 − control) of the Wilson rates, in [0, 1]: what the attacker has from the training rows alone. */
  risk: number;
  /** 95 % interval, cut to [0, 1]. */
  interval: [number, number];
}

/** Successes (also parts of one, where a guess is among several) out of so many guesses. */
export interface Tally {
  successes: number;
  attacks: number;
}

/**
 * The excess of an attack on training rows over the same attack on control rows.
 *
 * Paper: Giomi et al. 2023, A Unified Framework for Quantifying Privacy Risk in Synthetic Data, §3.3; Wilson 1927.
 */
export function riskOf(train: Tally, control: Tally): AttackRisk {
  const [a, b] = [ofShare(train, Z), ofShare(control, Z)];
  const risk = (a.rate - b.rate) / (1 - b.rate);
  const ofTrain = a.reach / (1 - b.rate);
  const ofControl = (b.reach * (1 - a.rate)) / (1 - b.rate) ** 2;
  const reach = Math.hypot(ofTrain, ofControl);
  return {
    attacks: { train: train.attacks, control: control.attacks },
    rates: { train: train.successes / train.attacks, control: control.successes / control.attacks },
    risk: inside(risk),
    interval: [inside(risk - reach), inside(risk + reach)],
  };
}

/**
 * Lower bound of the excess of the rate on training rows, by Newcombe's interval of a difference (1998). Where most guesses
 * are right on both sides, the risk is of few rows; this is not.
 * @param z quantile of the interval: greater where the worst of several attacks is judged.
 */
export function sureExcess({ attacks, rates }: AttackRisk, z = Z): number {
  const tally = (side: 'train' | 'control'): Tally => ({
    successes: rates[side] * attacks[side],
    attacks: attacks[side],
  });
  const [a, b] = [ofShare(tally('train'), z), ofShare(tally('control'), z)];
  const below = rates.train - (a.rate - a.reach);
  const above = b.rate + b.reach - rates.control;
  return rates.train - rates.control - Math.hypot(below, above);
}

/** Centre and reach of the Wilson interval of a share. */
function ofShare({ successes, attacks }: Tally, z: number): { rate: number; reach: number } {
  const { centre, half } = wilson(successes / attacks, attacks, z);
  return { rate: centre, reach: half };
}

function inside(value: number): number {
  return Math.min(1, Math.max(0, value));
}
