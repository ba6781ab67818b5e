import { EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';
import { ModelFailure } from './chat-model.js';

/** Proxies on the way to an endpoint, as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name them. */
export interface Proxies {
  https?: string;
  http?: string;
  /** Hosts that are asked directly, separated by commas. */
  except?: string;
}

/** Redirects within one host that are followed: a trailing slash, a version. */
const MOST_REDIRECTS = 3;
/** Time in which a connection is made, milliseconds; a reply may take as long as its caller waits. */
const CONNECT_MS = 30_000;

/**
 * A `fetch` that sets no bound of its own on the time of a reply, goes through proxies, and keeps to one host: a redirect
 * to another one would carry the prompt, with its real rows, and the key to another party.
 *
 * @throws ModelFailure for a redirect to another host; nothing is sent there.
 */
export function endpointFetch({ http, https, except }: Proxies): typeof fetch {
  // Empty texts keep undici from reading the environment by itself.
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: http ?? '',
    httpsProxy: https ?? '',
    noProxy: except ?? '',
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_MS },
  });
  return async (input, init) => {
    let url = new URL(input instanceof Request ? input.url : input);
    for (let redirects = 0; ; redirects++) {
      const reply = await undiciFetch(url, { ...(init as object), redirect: 'manual', dispatcher });
      const target = redirects < MOST_REDIRECTS ? redirectOf(reply.status, reply.headers.get('location'), url) : null;
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the same class, of the package
      if (target === null) return reply;
      await reply.body?.cancel();
      if (target.host !== url.host || target.protocol !== url.protocol) throw redirected(url, target);
      url = target;
    }
  };
}

function redirectOf(status: number, location: string | null, from: URL): URL | null {
  if (status < 300 || status > 399 || location === null || !URL.canParse(location, from.href)) return null;
  return new URL(location, from);
}

function redirected(from: URL, to: URL): ModelFailure {
  const message = `${from.host} redirects to another address (${to.protocol}//${to.host}): nothing was sent there. If that is the right one, set it as the base URL.`;
  return new ModelFailure('not-found', message, { host: from.host, code: 'redirected' });
}
