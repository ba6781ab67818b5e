import { limitedModel } from '../models/limited-model.js';
import { meteredModel } from '../activities/metered-model.js';
import { openaiModel } from '../models/openai-model.js';
import type { ChatModel } from '../models/chat-model.js';
import type { Config, ModelEndpoint } from '../config/index.js';
import type { SimulatorOptions } from '../simulator/index.js';
import { startSimulator } from '../simulator/index.js';

/** The models of a worker, and how to let them go. */
export interface Models {
  generator: ChatModel;
  optimizer: ChatModel;
  /** Roles that the simulated model plays because nothing else is set. */
  simulated: ('generator' | 'optimizer')[];
  close(): Promise<void>;
}

/**
 * The generator and the optimizer as configured. A role without an endpoint is played by the simulated model, over
 * loopback HTTP and through the same client.
 */
export async function openModels(
  { models: { generator, optimizer, timeoutMs, requestsPerMinute, tokensPerMinute } }: Config,
  { inFlight, simulator: simulatorOptions = {} }: { inFlight: number; simulator?: SimulatorOptions },
): Promise<Models> {
  const simulated = (['generator', 'optimizer'] as const).filter(
    (role) => ({ generator, optimizer })[role] === undefined,
  );
  const simulator = simulated.length > 0 ? await startSimulator(simulatorOptions) : undefined;
  const open = (endpoint: ModelEndpoint | undefined): ChatModel => {
    const model = openaiModel({ ...(endpoint ?? { baseURL: simulator!.url, apiKey: 'simulated' }), timeoutMs });
    return meteredModel(model, (metered) => limitedModel(metered, { inFlight, requestsPerMinute, tokensPerMinute }));
  };
  const asGenerator = open(generator);
  return {
    generator: asGenerator,
    optimizer: generator === optimizer || sameEndpoint(generator, optimizer) ? asGenerator : open(optimizer),
    simulated,
    close: async () => simulator?.close(),
  };
}

/** One endpoint has one limit, whichever role asks it. */
function sameEndpoint(a: ModelEndpoint | undefined, b: ModelEndpoint | undefined): boolean {
  return (
    a?.baseURL === b?.baseURL &&
    a?.apiKey === b?.apiKey &&
    a?.azure?.endpoint === b?.azure?.endpoint &&
    a?.model === b?.model
  );
}
