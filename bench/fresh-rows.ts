import { drawPartialRows } from '../mallm/generator/partial-rows.js';
import type { Row } from '../mallm/table/dataset.js';
import { fitEncoder } from '../mallm/discriminator/encoding.js';
import { generatorMessages } from '../mallm/prompts/generator-prompt.js';
import type { FitOptions } from '../mallm/options.js';
import { createRandom, seedOf } from '../mallm/random.js';
import { parseRows } from '../mallm/generator/reply.js';
import { scoreByAuc } from '../mallm/discriminator/score-by-auc.js';
import type { Theta } from '../mallm/theta/theta.js';
import { answerChat } from '../simulator/chat.js';
import type { Split } from './quality-data.js';

/** Rows made to judge one θ. */
const ROWS = 600;
const SIMULATOR_SEED = 1;

/**
 * The score of a θ on rows that were not used to choose it: 600 fresh rows of the simulated model against the held-out
 * rows. All θ of a seed have the same prompts: the same rows shown, given cells drawn with the same seed.
 */
export function freshScore(
  split: Split,
  theta: Theta,
  { options, seed }: { options: FitOptions; seed: number },
): number {
  const { schema, train } = split;
  const inTrain = new Set(train.map((row) => JSON.stringify(row)));
  const heldOut = split.heldOut.filter((row) => !inTrain.has(JSON.stringify(row)));
  const rows = freshRows(split, theta, { options, seed, count: ROWS });
  const encoder = fitEncoder(schema, train);
  const ask = { kind: 'ensemble', encoder, real: heldOut, groups: [rows], seed: seedOf('fresh score', seed) } as const;
  return scoreByAuc(ask).scores[0]!.value;
}

/** Rows of the simulated model from one θ, as it would be asked in a fit with these options. */
export function freshRows(
  { schema, train }: Split,
  theta: Theta,
  { options, seed, count }: { options: FitOptions; seed: number; count: number },
): Row[] {
  const each = options.rowsPerRequest;
  const { causalStructure: edges, givenColumns: columns } = theta;
  const ask = { schema, rows: train, edges, count, seed: seedOf('fresh', seed), columns };
  const partial = columns && drawPartialRows(ask);
  const rows: Row[] = [];
  for (let call = 0; call * each < count; call++) {
    const partialRows = partial?.slice(call * each, (call + 1) * each);
    const asked = Math.min(each, count - call * each);
    const examples = createRandom(seedOf('shown', seed, call))
      .shuffle(train)
      .slice(0, options.examplesPerPrompt);
    const messages = generatorMessages({ theta, examples, rows: asked, partialRows });
    const { text, finish } = answerChat(
      {
        messages,
        temperature: options.generatorTemperature,
        seed: seedOf('fresh call', seed, call),
        shape: 'json_schema',
        maxTokens: 20_000,
      },
      SIMULATOR_SEED,
    );
    rows.push(...parseRows(text, { schema, asked, cutOff: finish === 'length', partialRows }).rows);
  }
  return rows;
}
