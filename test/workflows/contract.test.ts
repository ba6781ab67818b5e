import { expect, it } from 'vitest';
import {
  EVALUATE_SYNTHETIC_DATA,
  GENERATE_SHARD,
  GENERATE_SYNTHETIC_DATA,
  OPTIMIZE_THETA,
  REGENERATE,
} from '../../workflows/contract.js';
import * as workflows from '../../workflows/index.js';

it('names every workflow as it is exported', () => {
  const names = [OPTIMIZE_THETA, GENERATE_SYNTHETIC_DATA, GENERATE_SHARD, EVALUATE_SYNTHETIC_DATA, REGENERATE];
  expect(names.sort()).toEqual(Object.keys(workflows).sort());
});
