import { UserError } from '../../base/index.ts';
import { type Authoriser, openAuthoriser } from './authorise.ts';
import { parseChallenges } from './challenges.ts';
import { type ClientState, type Endpoint, placeOf } from './client-state.ts';
import { errorCode } from './error-code.ts';
import { discardBody, type HttpAnswer, type HttpCall } from './http-call.ts';
import { checkSecrecy, sendPatiently } from './send-patiently.ts';
import {
  answerTrouble,
  connectionTrouble,
  isCertificateTrouble,
  isClientTrouble,
  isWebPage,
  notRegistry,
  refusalText,
  refused,
} from './trouble.ts';

/** Finds out whether the registry speaks TLS and what authorization it wants, by `GET /v2/`. */
export async function greet(state: ClientState): Promise<Endpoint> {
  const place = placeOf(state, state.host.name);
  const mayBePlain = state.isInsecure || state.host.isLoopback;
  const knock = async (scheme: 'https' | 'http'): Promise<Endpoint> => {
    const url = new URL(`${scheme}://${state.host.address}/v2/`);
    const isProbe = mayBePlain && scheme === 'https';
    // A server with plain HTTP may wait for the end of a line that a TLS greeting does not have.
    const patience = isProbe ? { patienceSeconds: 5 } : { patienceSeconds: 30 };
    const call: HttpCall = { method: 'GET', url, headers: {}, signal: state.signal, ...patience };
    const answer = await sendPatiently(state, call, { isFirstKnock: true });
    return await readGreeting(state, answer, url);
  };
  try {
    if (!mayBePlain) return await knock('https');
    return await knock('https').catch(async (error: unknown) => {
      const isFinal =
        error instanceof UserError ||
        isCertificateTrouble(error) ||
        isClientTrouble(error) ||
        state.signal?.aborted === true;
      const isUnknown = errorCode(error) === 'ENOTFOUND' && !state.isPlainProxied;
      if (isFinal || isUnknown) throw error;
      return await knock('http');
    });
  } catch (error) {
    throw connectionTrouble(error, place);
  }
}

async function readGreeting(state: ClientState, answer: HttpAnswer, asked: URL): Promise<Endpoint> {
  const place = placeOf(state, state.host.name);
  const { status, headers } = answer;
  const challenges = parseChallenges(headers['www-authenticate'] ?? '');
  const isGreeting = (status >= 200 && status < 300) || (status === 401 && challenges.length > 0);
  // A proxy that asks who comes does so with a page.
  if (isWebPage(answer) && status !== 401 && status !== 407) {
    answer.body.destroy();
    throw notRegistry(state.host.name, 'it answers with a web page');
  }
  if (status === 404) {
    discardBody(answer);
    throw notRegistry(state.host.name, 'it does not know the address /v2/');
  }
  if (status === 403 || (status === 401 && !isGreeting)) {
    throw refused(place, await refusalText(answer), { troubles: [] });
  }
  if (!isGreeting) throw await answerTrouble(answer, place);
  discardBody(answer);
  // Where a registry sends its root elsewhere, the API is asked for where it was named all the same.
  const base = new URL('/v2/', asked);
  const authoriser = authoriserOf(state, base);
  if (status === 401) await authoriser.learn(challenges, '', undefined);
  return { base, authoriser };
}

function authoriserOf(state: ClientState, base: URL): Authoriser {
  return openAuthoriser({
    credentials: state.credentials,
    renewed: state.renewed,
    base,
    send: async (call) => {
      const place = placeOf(state, 'a token');
      try {
        return await sendPatiently(state, { ...call, signal: state.signal });
      } catch (error) {
        throw connectionTrouble(error, { ...place, registry: call.url.host });
      }
    },
    async refuse(answer, { credentials, troubles }) {
      const place = placeOf(state, 'this repository');
      if (![400, 401, 403].includes(answer.status)) {
        return await answerTrouble(answer, { ...place, wanted: 'a token' });
      }
      return refused(place, await refusalText(answer), { origin: credentials?.origin, troubles });
    },
    check: (to) => checkSecrecy(state, to),
  });
}
