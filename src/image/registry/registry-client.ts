import type { Readable } from 'node:stream';
import { parseChallenges } from './challenges.ts';
import { type ClientState, clientState, type Endpoint, placeOf } from './client-state.ts';
import { greet } from './greet.ts';
import { discardBody, type HttpAnswer, type HttpCall, type HttpMethod } from './http-call.ts';
import { type KeptManifests, keptManifests } from './kept-manifests.ts';
import type { RegistryAccess } from './registry-access.ts';
import { registryHost } from './registry-host.ts';
import { backoffSeconds } from './retries.ts';
import { checkSecrecy, sendPatiently } from './send-patiently.ts';
import { answerTrouble, connectionTrouble, isWebPage, refusalText, refused } from './trouble.ts';

/** What a request may do with a repository. */
export type RepositoryAction = 'pull' | 'push';

/** A request below `/v2/`. */
export interface RegistryCall {
  readonly method: Exclude<HttpMethod, 'PATCH' | 'DELETE'>;
  readonly repository: string;
  /** Below the repository: `manifests/latest`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Default `pull`. */
  readonly action?: RepositoryAction;
  /** Another repository that is read from: a blob is mounted out of it. */
  readonly mountedFrom?: string;
  /** What is asked for, in messages: `ghcr.io/owner/app:1`. */
  readonly wanted: string;
}

/** A request about an upload that was begun, at the address that the registry gave for it. */
export interface UploadCall {
  readonly method: 'GET' | 'PATCH' | 'PUT' | 'DELETE';
  readonly repository: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Opened for this request alone, and destroyed when it is over. */
  readonly body?: Readable;
  readonly wanted: string;
  /** Calls an upload off: it is sent, briefly, although all else is interrupted. */
  readonly isFarewell?: true;
}

/** A registry that speaks the distribution protocol (OCI distribution-spec 1.1). */
export interface RegistryClient {
  readonly registry: string;
  /** Manifests that were fetched before, where they are kept. */
  readonly manifests?: KeptManifests;
  /**
   * Sends a request with authorization, redirects and retries. Answers 2xx, 404 and 416; throws a `UserError` for all else.
   * The body of the answer must be read or destroyed.
   */
  send(call: RegistryCall): Promise<HttpAnswer>;
  /**
   * Sends a request of an upload once, and gives whatever is answered; rejects with Node's own error when nothing is. After a 401
   * the next one is sent with what was asked for, as far as it can be had.
   */
  sendOnce(call: UploadCall): Promise<HttpAnswer>;
  /** The `UserError` of an answer that ends an upload. */
  explain(answer: HttpAnswer, call: Pick<UploadCall, 'repository' | 'wanted'>): Promise<Error>;
  /** Puts the error of a connection into words. */
  explainBroken(error: unknown, wanted: string): unknown;
  /** Waits before the next try after so many failures in a row, or as long as the server asks for. */
  backOff(failures: number, askedSeconds?: number): Promise<void>;
  /** Ends all connections, once farewells are said; other requests fail afterwards. */
  close(): void;
}

/** How long a farewell may take. */
const farewellMilliseconds = 2000;

/** Makes a client; the first request finds out how the registry is spoken to. */
export function openRegistry(registry: string, access: RegistryAccess, signal?: AbortSignal): RegistryClient {
  const host = registryHost(registry);
  const state = clientState(host, access, signal);
  let greeting: Promise<Endpoint> | undefined;
  let isClosed = false;
  const farewells: Promise<unknown>[] = [];
  const endpoint = async (): Promise<Endpoint> => {
    if (isClosed) throw new Error(`the connection to ${registry} is closed`);
    greeting ??= greet(state);
    return await greeting;
  };
  const { manifestDir } = access;
  return {
    registry,
    ...(manifestDir !== undefined && { manifests: keptManifests(manifestDir, registry) }),
    send: async (call) => await request(state, await endpoint(), call),
    async sendOnce(call) {
      const sent = endpoint().then(async (known) => await upload(state, known, call));
      if (call.isFarewell) farewells.push(sent);
      return await sent;
    },
    explain: async (answer, { repository, wanted }) =>
      answer.status === 401 || answer.status === 403
        ? await refusal(state, answer, { scope: scopeOf(repository, 'push'), wanted, action: 'push' })
        : await answerTrouble(answer, { ...placeOf(state, wanted), action: 'push' }),
    explainBroken: (error, wanted) => connectionTrouble(error, placeOf(state, wanted)),
    backOff: async (failures, askedSeconds) => {
      if (isClosed) throw new Error(`the connection to ${registry} is closed`);
      await state.pause(askedSeconds ?? backoffSeconds(failures), signal);
    },
    close() {
      isClosed = true;
      void Promise.allSettled(farewells).then(() => state.connections.close());
    },
  };
}

/** As token services name it (distribution, spec/auth/scope.md). */
function scopeOf(repository: string, action: RepositoryAction): string {
  return `repository:${repository}:${action === 'push' ? 'pull,push' : 'pull'}`;
}

async function request(state: ClientState, endpoint: Endpoint, call: RegistryCall): Promise<HttpAnswer> {
  const { base, authoriser } = endpoint;
  const { action = 'pull', wanted, mountedFrom } = call;
  const place = { ...placeOf(state, wanted), action };
  const own = scopeOf(call.repository, action);
  const scope = mountedFrom === undefined ? own : `${own} ${scopeOf(mountedFrom, 'pull')}`;
  const url = new URL(`${call.repository}/${call.path}`, base);
  for (let isRetried = false; ; isRetried = true) {
    const authorization = await authoriser.header(scope);
    const headers = { ...call.headers, ...(authorization !== undefined && { authorization }) };
    const sent: HttpCall = { method: call.method, url, headers, body: call.body, signal: state.signal };
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
    throw await refusal(state, answer, { scope, wanted, action });
  }
}

async function refusal(
  state: ClientState,
  answer: HttpAnswer,
  asked: { readonly scope: string; readonly wanted: string; readonly action: RepositoryAction },
): Promise<Error> {
  const { credentials, troubles } = await state.credentials(asked.scope);
  const place = { ...placeOf(state, asked.wanted), action: asked.action };
  return refused(place, await refusalText(answer), { origin: credentials?.origin, troubles });
}

async function upload(state: ClientState, endpoint: Endpoint, call: UploadCall): Promise<HttpAnswer> {
  const { base, authoriser } = endpoint;
  const scope = scopeOf(call.repository, 'push');
  const { method, url, body } = call;
  // Some registries take uploads at a storage service, which wants no authorization of theirs.
  const isOwn = url.origin === base.origin;
  if (!isOwn) checkSecrecy(state, url);
  try {
    const authorization = isOwn ? await authoriser.header(scope) : undefined;
    const headers = { ...call.headers, ...(authorization !== undefined && { authorization }) };
    const signal = call.isFarewell ? AbortSignal.timeout(farewellMilliseconds) : state.signal;
    const answer = await state.connections.send({ method, url, headers, body, signal });
    if (answer.status === 401 && isOwn) {
      const challenges = parseChallenges(answer.headers['www-authenticate'] ?? '');
      await authoriser.learn(challenges, scope, authorization);
    }
    return answer;
  } finally {
    if (body?.readableFlowing === null) body.destroy();
  }
}
