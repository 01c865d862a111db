import { UserError } from '../../base/index.ts';
import { type Authoriser, openAuthoriser } from './authorise.ts';
import { parseChallenges } from './challenges.ts';
import { type CredentialSearch, findCredentials } from './credentials.ts';
import {
  type Connections,
  discardBody,
  type HttpAnswer,
  type HttpCall,
  openConnections,
  sendFollowing,
} from './http-call.ts';
import { isLoopback, type RegistryHost, registryHost } from './registry-host.ts';
import {
  backoffSeconds,
  errorCode,
  isBrokenConnection,
  isPassing,
  longestPauseSeconds,
  mostAttempts,
  type Pause,
  pauseByClock,
  retryAfterSeconds,
} from './retries.ts';
import {
  answerTrouble,
  connectionTrouble,
  isCertificateTrouble,
  isWebPage,
  notRegistry,
  refusalText,
  refused,
  type TroublePlace,
} from './trouble.ts';

/**
 * How registries are reached. A certificate authority of one's own is named to Node itself, by the environment variable
 * `NODE_EXTRA_CA_CERTS` (a PEM file) when it starts.
 */
export interface RegistryAccess {
  /**
   * The environment variables: `DOCKER_CONFIG`, `DOCKER_AUTH_CONFIG`, `REGISTRY_AUTH_FILE`, `XDG_RUNTIME_DIR` and
   * `XDG_CONFIG_HOME` say where credentials are, `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` which way to go, `PATH` where
   * credential helpers are. None by default.
   */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where `.docker/config.json` is looked for; nowhere by default. */
  readonly homeDir?: string;
  /** Allows plain HTTP (always allowed for this machine itself) and any certificate. Default false. */
  readonly insecure?: boolean;
  /** How waits between retries are spent. Default: by the clock. */
  readonly pause?: (seconds: number, signal?: AbortSignal) => Promise<void>;
}

/** A request below `/v2/`. */
export interface RegistryCall {
  readonly method: 'GET' | 'HEAD';
  readonly repository: string;
  /** Below the repository: `manifests/latest`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is asked for, in messages: `ghcr.io/owner/app:1`. */
  readonly wanted: string;
}

/** A registry that speaks the distribution protocol (OCI distribution-spec 1.1). */
export interface RegistryClient {
  readonly registry: string;
  /**
   * Sends a request with authorization, redirects and retries. Answers 2xx, 404 and 416; throws a `UserError` for all else.
   * The body of the answer must be read or destroyed.
   */
  send(call: RegistryCall): Promise<HttpAnswer>;
  /** Waits before the next try after so many failures in a row. */
  backOff(failures: number): Promise<void>;
  /** Ends all connections; requests fail afterwards. */
  close(): void;
}

/** Makes a client; the first request finds out how the registry is spoken to. */
export function openRegistry(registry: string, access: RegistryAccess, signal?: AbortSignal): RegistryClient {
  const host = registryHost(registry);
  const state = clientState(host, access, signal);
  let greeting: Promise<Endpoint> | undefined;
  let isClosed = false;
  return {
    registry,
    async send(call) {
      if (isClosed) throw new Error(`the connection to ${registry} is closed`);
      greeting ??= greet(state);
      return await request(state, await greeting, call);
    },
    backOff: async (failures) => {
      if (isClosed) throw new Error(`the connection to ${registry} is closed`);
      await state.pause(backoffSeconds(failures), signal);
    },
    close() {
      isClosed = true;
      state.connections.close();
    },
  };
}

interface ClientState {
  readonly host: RegistryHost;
  readonly isInsecure: boolean;
  readonly connections: Connections;
  readonly credentials: (scope: string) => Promise<CredentialSearch>;
  readonly pause: Pause;
  readonly signal: AbortSignal | undefined;
}

interface Endpoint {
  readonly base: URL;
  readonly authoriser: Authoriser;
}

const proxyNames = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

function clientState(
  host: RegistryHost,
  access: RegistryAccess,
  signal: AbortSignal | undefined,
): ClientState {
  const environment = access.environment ?? {};
  const proxies = Object.fromEntries(
    proxyNames.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const isProxied = !host.isLoopback && Object.keys(proxies).length > 0;
  const isInsecure = access.insecure === true;
  const searches = new Map<string, Promise<CredentialSearch>>();
  return {
    host,
    isInsecure,
    connections: openConnections({
      unverifiedHost: isInsecure ? host.address : undefined,
      proxies: isProxied ? proxies : undefined,
    }),
    credentials(scope) {
      const repository = scope.split(':')[1] ?? '';
      const { homeDir } = access;
      const known =
        searches.get(repository) ??
        findCredentials({ registry: host.name, repository, environment, homeDir, signal });
      searches.set(repository, known);
      return known;
    },
    pause: access.pause ?? pauseByClock,
    signal,
  };
}

function placeOf(state: ClientState, wanted: string): TroublePlace {
  return { registry: state.host.name, wanted, isInsecure: state.isInsecure };
}

/** Finds out whether the registry speaks TLS and what authorization it wants, by `GET /v2/`. */
async function greet(state: ClientState): Promise<Endpoint> {
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
        error instanceof UserError || isCertificateTrouble(error) || state.signal?.aborted === true;
      if (isFinal || errorCode(error) === 'ENOTFOUND') throw error;
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
  if (isWebPage(answer) && status !== 401) {
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

/** Refuses to leave TLS on the way, and any protocol but HTTP. */
function checkRedirect(state: ClientState, to: URL, from: URL): void {
  if (to.protocol === 'http:' && from.protocol === 'http:') return;
  checkSecrecy(state, to);
}

/** Refuses to send credentials where others can read along. */
function checkSecrecy(state: ClientState, to: URL): void {
  const isPlainAllowed = state.isInsecure || isLoopback(to);
  if (to.protocol === 'https:' || (to.protocol === 'http:' && isPlainAllowed)) return;
  throw new UserError(`${state.host.name} sends on to ${to.origin}, which is not secured by TLS`, {
    hint: 'If that is meant to be so, pass --insecure.',
  });
}

async function request(state: ClientState, endpoint: Endpoint, call: RegistryCall): Promise<HttpAnswer> {
  const { base, authoriser } = endpoint;
  const place = placeOf(state, call.wanted);
  const scope = `repository:${call.repository}:pull`;
  const url = new URL(`${call.repository}/${call.path}`, base);
  for (let isRetried = false; ; isRetried = true) {
    const authorization = await authoriser.header(scope);
    const headers = { ...call.headers, ...(authorization !== undefined && { authorization }) };
    const sent: HttpCall = { method: call.method, url, headers, signal: state.signal };
    const answer = await sendPatiently(state, sent).catch((error: unknown) => {
      throw connectionTrouble(error, place);
    });
    const { status } = answer;
    if (isWebPage(answer) && status !== 401) throw await answerTrouble(answer, place);
    if ((status >= 200 && status < 300) || status === 404 || status === 416) return answer;
    if (status !== 401 && status !== 403) throw await answerTrouble(answer, place);
    const challenges = parseChallenges(answer.headers['www-authenticate'] ?? '');
    const isWorthwhile = status === 401 && !isRetried;
    if (isWorthwhile && (await authoriser.learn(challenges, scope, authorization))) {
      discardBody(answer);
      continue;
    }
    const { credentials, troubles } = await state.credentials(scope);
    throw refused(place, await refusalText(answer), { origin: credentials?.origin, troubles });
  }
}

/**
 * Sends a request until there is an answer that will stay: broken connections, 429 and 5xx are tried again, after as long
 * as the server asks for. Gives the last answer when patience ends, and throws what Node throws when no connection can be made.
 */
async function sendPatiently(
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
