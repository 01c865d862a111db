import { UserError } from '../../base/index.ts';
import type { ClientState } from './client-state.ts';
import { discardBody, type HttpAnswer, type HttpCall, sendFollowing } from './http-call.ts';
import { isLoopback } from './registry-host.ts';
import {
  backoffSeconds,
  isBrokenConnection,
  isPassing,
  longestPauseSeconds,
  mostAttempts,
  retryAfterSeconds,
} from './retries.ts';

/**
 * Sends a request until there is an answer that will stay: broken connections, 429 and 5xx are tried again, after as long
 * as the server asks for. Gives the last answer when patience ends, and throws what Node throws when no connection can be made.
 */
export async function sendPatiently(
  state: ClientState,
  call: HttpCall,
  { isFirstKnock }: { readonly isFirstKnock: boolean } = { isFirstKnock: false },
): Promise<HttpAnswer> {
  const { connections, signal, pause } = state;
  const check = (to: URL, from: URL): void => checkRedirect(state, to, from);
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === mostAttempts;
    try {
      const answer =
        call.method === 'POST' ? await connections.send(call) : await sendFollowing(connections, call, check);
      const askedSeconds = retryAfterSeconds(answer);
      const isTooLong = askedSeconds !== undefined && askedSeconds > longestPauseSeconds;
      if (!isPassing(answer.status) || isLast || isTooLong) return answer;
      discardBody(answer);
      await pause(askedSeconds ?? backoffSeconds(attempt), signal);
    } catch (error) {
      signal?.throwIfAborted();
      // A first knock that goes unheard is told at once.
      if (isLast || isFirstKnock || !isBrokenConnection(error)) throw error;
      await pause(backoffSeconds(attempt), signal);
    }
  }
}

/** Refuses to leave TLS on the way, and any protocol but HTTP. */
function checkRedirect(state: ClientState, to: URL, from: URL): void {
  if (to.protocol === 'http:' && from.protocol === 'http:') return;
  checkSecrecy(state, to);
}

/** Refuses to send credentials where others can read along. */
export function checkSecrecy(state: ClientState, to: URL): void {
  const isPlainAllowed = state.isInsecure || isLoopback(to);
  if (to.protocol === 'https:' || (to.protocol === 'http:' && isPlainAllowed)) return;
  throw new UserError(`${state.host.name} sends on to ${to.origin}, which is not secured by TLS`, {
    hint: 'If that is meant to be so, pass --insecure.',
  });
}
