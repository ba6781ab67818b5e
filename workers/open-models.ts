import { isDeepStrictEqual } from 'node:util';
import { EndpointLimiter } from '../models/endpoint-limiter.js';
import { limitedModel } from '../models/limited-model.js';
import { meteredModel } from '../activities/metered-model.js';
import { openaiModel } from '../models/openai-model.js';
import { withoutSecrets } from '../models/without-secrets.js';
import type { ChatModel } from '../models/chat-model.js';
import type { Config, ModelEndpoint } from '../config/index.js';
import { redacted } from '../config/index.js';
import type { SimulatorOptions } from '../simulator/index.js';
import { startSimulator } from '../simulator/index.js';

/** The models of a worker, and how to let them go. */
export interface Models {
  generator: ChatModel;
  optimizer: ChatModel;
  /** Whether both roles ask the same endpoint. */
  oneEndpoint: boolean;
  /** Roles that the simulated model plays because nothing else is set. */
  simulated: ('generator' | 'optimizer')[];
  close(): Promise<void>;
}

/**
 * The generator and the optimizer as configured. A role without an endpoint is played by the simulated model, over
 * loopback HTTP and through the same client.
 */
export async function openModels(
  { models: { generator, optimizer, timeoutMs, proxies, requestsPerMinute, tokensPerMinute } }: Config,
  { inFlight, simulator: simulatorOptions = {} }: { inFlight: number; simulator?: SimulatorOptions },
): Promise<Models> {
  const simulated = (['generator', 'optimizer'] as const).filter(
    (role) => ({ generator, optimizer })[role] === undefined,
  );
  const simulator = simulated.length > 0 ? await startSimulator(simulatorOptions) : undefined;
  const open = (endpoint: ModelEndpoint | undefined, limiter?: EndpointLimiter): Opened => {
    const asked = openaiModel({
      ...(endpoint ?? { baseURL: simulator!.url, apiKey: 'simulated' }),
      timeoutMs,
      ...(endpoint && proxies ? { proxies } : {}),
    });
    const model = withoutSecrets(asked, redacted);
    const limited = limiter ?? new EndpointLimiter(model.host, { inFlight, requestsPerMinute, tokensPerMinute });
    return { model: meteredModel(model, (metered) => limitedModel(metered, limited)), limiter: limited };
  };
  const asGenerator = open(generator);
  const shared = sameAddress(generator, optimizer) ? asGenerator.limiter : undefined;
  const asOptimizer = isDeepStrictEqual(generator, optimizer) ? asGenerator : open(optimizer, shared);
  return {
    generator: asGenerator.model,
    optimizer: asOptimizer.model,
    oneEndpoint: shared !== undefined,
    simulated,
    close: async () => simulator?.close(),
  };
}

interface Opened {
  model: ChatModel;
  limiter: EndpointLimiter;
}

/** One endpoint has one limit, whichever role asks it for whichever model. */
function sameAddress(a: ModelEndpoint | undefined, b: ModelEndpoint | undefined): boolean {
  return a?.baseURL === b?.baseURL && a?.apiKey === b?.apiKey && a?.azure?.endpoint === b?.azure?.endpoint;
}
