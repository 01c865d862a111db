import * as z from 'zod';
import { parseJson, UserError } from '../../base/index.ts';
import type { Credentials } from './auth-file.ts';
import type { Challenge } from './challenges.ts';
import type { CredentialSearch } from './credentials.ts';
import { discardBody, type HttpAnswer, type HttpCall, readBody } from './http-call.ts';

/** Answers the challenges of one registry. */
export interface Authoriser {
  /** The `Authorization` header for a scope, as far as challenges are known; undefined for none. */
  header(scope: string): Promise<string | undefined>;
  /** Learns from a 401 what is asked for; true when asking again with a new header may help. */
  learn(challenges: readonly Challenge[], scope: string, usedHeader: string | undefined): Promise<boolean>;
}

/** What an authoriser needs of the client. */
export interface AuthoriserOptions {
  readonly credentials: (scope: string) => Promise<CredentialSearch>;
  /** Looks for them anew where those that were found are refused. */
  readonly renewed: (scope: string, old: CredentialSearch) => Promise<CredentialSearch>;
  /** Sends a request to the token service, with retries. */
  readonly send: (call: HttpCall) => Promise<HttpAnswer>;
  /** Makes the error of a token service that refuses; it may answer with a status other than 200. */
  readonly refuse: (answer: HttpAnswer, search: CredentialSearch) => Promise<UserError>;
  /** Addresses of token services are relative to it. */
  readonly base: URL;
  /** Throws when credentials must not be sent there. */
  readonly check: (to: URL) => void;
}

interface Token {
  readonly header: string;
  readonly goodUntil: number;
}

/**
 * Answers Basic and Bearer challenges (distribution, spec/auth/token.md and oauth.md). Tokens are kept by scope until a little before they expire;
 * simultaneous requests share one.
 */
export function openAuthoriser(options: AuthoriserOptions): Authoriser {
  let challenge: Challenge | undefined;
  const tokens = new Map<string, Promise<Token>>();
  const asked = new Map<string, Set<string>>();
  const scopesOf = (scope: string): Set<string> => {
    const scopes = asked.get(scope) ?? new Set(scope === '' ? [] : scope.split(' '));
    asked.set(scope, scopes);
    return scopes;
  };
  const bearer = async (known: Challenge, scope: string): Promise<string> => {
    const kept = tokens.get(scope);
    const token = await kept;
    if (token !== undefined && token.goodUntil > Date.now()) return token.header;
    // Somebody else may have begun to renew it while this one waited.
    const current = tokens.get(scope);
    if (current !== undefined && current !== kept) return (await current).header;
    const fetched = fetchToken(known, [...scopesOf(scope)], scope, options);
    tokens.set(scope, fetched);
    try {
      return (await fetched).header;
    } catch (error) {
      tokens.delete(scope);
      throw error;
    }
  };
  return {
    async header(scope) {
      if (challenge === undefined) return undefined;
      const { credentials } = await options.credentials(scope);
      if (credentials?.registryToken !== undefined) return `Bearer ${credentials.registryToken}`;
      if (challenge.scheme === 'bearer') return await bearer(challenge, scope);
      return credentials && basicHeader(credentials);
    },
    async learn(challenges, scope, usedHeader) {
      const chosen = chooseChallenge(challenges);
      if (chosen === undefined) return false;
      challenge = chosen;
      if (chosen.scheme === 'basic') {
        // The greeting is about no repository, whose credentials may be its own.
        if (scope === '') return true;
        const search = await options.credentials(scope);
        if (search.credentials === undefined) return false;
        if (basicHeader(search.credentials) !== usedHeader) return true;
        const { credentials } = await options.renewed(scope, search);
        return credentials !== undefined && basicHeader(credentials) !== usedHeader;
      }
      const more = (chosen.parameters.get('scope') ?? '').split(' ').filter((text) => text !== '');
      if (scope !== '') for (const one of more) scopesOf(scope).add(one);
      const kept = await tokens.get(scope);
      if (kept?.header === usedHeader) tokens.delete(scope);
      return true;
    },
  };
}

function chooseChallenge(challenges: readonly Challenge[]): Challenge | undefined {
  return (
    challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm')) ??
    challenges.find(({ scheme }) => scheme === 'basic')
  );
}

function basicHeader(credentials: Credentials): string | undefined {
  const { username, password } = credentials;
  if (username === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
}

// {"token": "eyJ…", "access_token": "eyJ…", "expires_in": 300, "issued_at": "2024-01-01T00:00:00Z"}
const tokenSchema = z.object({
  token: z.string().nullish(),
  access_token: z.string().nullish(),
  expires_in: z.number().nullish(),
});

/** What a token is good for where its service does not say, in seconds (spec/auth/token.md). */
const defaultLifeSeconds = 60;

async function fetchToken(
  challenge: Challenge,
  scopes: readonly string[],
  scope: string,
  options: AuthoriserOptions,
): Promise<Token> {
  const url = tokenAddress(challenge.parameters.get('realm') ?? '', options.base);
  options.check(url);
  const service = challenge.parameters.get('service') ?? '';
  const ask = async ({ credentials }: CredentialSearch): Promise<HttpAnswer> =>
    await options.send(tokenCall(url, { service, scopes, credentials }));
  let search = await options.credentials(scope);
  let startedAt = Date.now();
  let answer = await ask(search);
  if (refusals.has(answer.status) && search.credentials !== undefined) {
    const other = await options.renewed(scope, search);
    if (other.credentials !== undefined && !isSame(other.credentials, search.credentials)) {
      discardBody(answer);
      search = other;
      startedAt = Date.now();
      answer = await ask(search);
    }
  }
  if (answer.status !== 200) throw await options.refuse(answer, search);
  const json = tokenSchema.safeParse(parseJson((await readBody(answer, 1_048_576)).toString())).data;
  const token = json?.token || json?.access_token;
  if (!token) {
    throw new UserError(`the token service ${url.host} of ${options.base.host} gives no token`, {
      hint: 'Try later, or tell the people who run the registry.',
    });
  }
  // By this machine's clock from the moment of asking: `issued_at` is by the clock of another one.
  const lifeSeconds = Math.max(json?.expires_in ?? 0, defaultLifeSeconds);
  return { header: `Bearer ${token}`, goodUntil: startedAt + (lifeSeconds - 10) * 1000 };
}

/** What token services say to credentials that they do not take. */
const refusals: ReadonlySet<number> = new Set([400, 401, 403]);

function isSame(one: Credentials, other: Credentials): boolean {
  return one.identityToken === other.identityToken && basicHeader(one) === basicHeader(other);
}

function tokenAddress(realm: string, base: URL): URL {
  if (URL.canParse(realm, base.href)) return new URL(realm, base);
  throw new UserError(`${base.host} names a token service with a malformed address: ${realm}`);
}

function tokenCall(
  url: URL,
  wanted: {
    readonly service: string;
    readonly scopes: readonly string[];
    readonly credentials: Credentials | undefined;
  },
): HttpCall {
  const { service, scopes, credentials } = wanted;
  if (credentials?.identityToken !== undefined) {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      service,
      client_id: 'plimsoll',
      scope: scopes.join(' '),
      refresh_token: credentials.identityToken,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', url, headers, body: form.toString() };
  }
  const address = new URL(url.href);
  if (service !== '') address.searchParams.set('service', service);
  for (const scope of scopes) address.searchParams.append('scope', scope);
  const authorization = credentials && basicHeader(credentials);
  if (credentials?.username !== undefined) address.searchParams.set('account', credentials.username);
  return { method: 'GET', url: address, headers: authorization === undefined ? {} : { authorization } };
}
