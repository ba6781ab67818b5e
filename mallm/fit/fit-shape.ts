import { batchesOf } from '../generator/few-shot-batch.js';
import type { FitOptions } from '../options.js';
import { epochsFor } from '../options.js';
import type { Budget } from './spending.js';

/** The numbers that shape the loop of Listing 1; everything else is in the plan. */
export interface FitShape {
  epochs: number;
  batchesPerEpoch: number;
  /** Model calls and rows for each θ in each batch. */
  callsPerTheta: number;
  rowsPerTheta: number;
  population: number;
  optimizer: boolean;
  /** See `hasConverged`; 0 without an optimizer, since θ stays what it is. */
  patience: number;
  inFlight: number;
  budget: Budget;
}

/** The shape of a fit of so many training rows. */
export function shapeOf(options: FitOptions, trainRows: number): FitShape {
  const batchesPerEpoch = batchesOf(trainRows, options.batchSize);
  const rowsPerTheta = options.rowsPerTheta ?? Math.min(options.batchSize, trainRows);
  const { population, optimizer, patience, inFlight, maxCalls, maxTokens, maxCost, prices } = options;
  return {
    epochs: epochsFor(options, trainRows),
    batchesPerEpoch,
    callsPerTheta: Math.ceil(rowsPerTheta / options.rowsPerRequest),
    rowsPerTheta,
    population,
    optimizer,
    patience: optimizer ? patience : 0,
    inFlight,
    budget: { maxCalls, maxTokens, maxCost, prices },
  };
}
