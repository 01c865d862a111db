import {
  type ClientRequest,
  type ClientRequestArgs,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { UserError } from '../../base/index.ts';
import type { FindProxy } from './proxies.ts';
import type { TlsTrust } from './tls-trust.ts';

/** What a registry is asked with. */
export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One HTTP request; redirects are not followed. */
export interface HttpCall {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is sent in chunks, unless the headers tell its length, and is destroyed when the answer comes before its end. */
  readonly body?: string | Readable | undefined;
  /** How long nothing may come and go, connecting included. Default 60. */
  readonly patienceSeconds?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What came back; the body must be read or destroyed. */
export interface HttpAnswer {
  readonly url: URL;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingMessage;
}

/** Connections that are kept open between requests. */
export interface Connections {
  /** Rejects with Node's own error (its `code` tells the trouble) when there is no answer. */
  send(call: HttpCall): Promise<HttpAnswer>;
  /** Ends all of them, those in use too. */
  close(): void;
}

/** How connections are made. */
export interface ConnectionOptions {
  /** `host[:port]` whose certificate is not verified. */
  readonly unverifiedHost?: string | undefined;
  /** Default: none is asked. */
  readonly findProxy?: FindProxy | undefined;
  /** `host[:port]` to which the client's certificate is shown. */
  readonly ownHost?: string | undefined;
  /** Whom to believe; asked once TLS is spoken. Default: those whom Node believes. */
  readonly trust?: (() => TlsTrust) | undefined;
}

/** The error of a server that has stopped to speak. */
export class StalledError extends Error {
  readonly code = 'ETIMEDOUT';
}

/**
 * Opens connections by `node:http`, not by `fetch`: `fetch` unpacks bodies with a `Content-Encoding`, which breaks the
 * digests of blobs, and cannot leave one host's certificate unverified. Certificates are verified against Node's own
 * authorities, those in the file that `NODE_EXTRA_CA_CERTS` names, and those of `trust`.
 */
export function openConnections(options: ConnectionOptions): Connections {
  const agents = new Map<string, HttpAgent>();
  const agentOf = (url: URL): HttpAgent => {
    const isOwn = url.host === options.ownHost;
    const isUnverified = url.host === options.unverifiedHost;
    const isPlain = url.protocol === 'http:';
    const proxy = options.findProxy?.(url);
    const common = { keepAlive: true, scheduling: 'lifo', ...proxyOption(proxy) } as const;
    const key = `${isPlain} ${isOwn} ${isUnverified} ${proxy}`;
    const kept = agents.get(key);
    if (kept !== undefined) return kept;
    const isProxyTls = proxy !== undefined && new URL(proxy).protocol === 'https:';
    const trust = isPlain && !isProxyTls ? undefined : options.trust?.();
    if (isProxyTls) trustForProxies(trust);
    const agent = isPlain
      ? new HttpAgent(common)
      : new HttpsAgent({ ...common, ...tlsOptions(trust, isOwn), rejectUnauthorized: !isUnverified });
    agents.set(key, agent);
    return agent;
  };
  return {
    send: async (call) => await send(call, agentOf(call.url)),
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** What Node takes a proxy by: the environment that it would be found in. */
function proxyOption(proxy: string | undefined): { proxyEnv?: Record<string, string> } {
  if (proxy === undefined) return {};
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 21) || (major === 24 && minor < 5) || major === 23) {
    throw new UserError(`Node ${process.versions.node} cannot speak with proxies`, {
      hint: 'Use Node 22.21, 24.5 or later, or name the registry in NO_PROXY.',
    });
  }
  return { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } };
}

/** Node's agents verify a proxy by what the whole process believes, and take nothing else. */
function trustForProxies(trust: TlsTrust | undefined): void {
  const { named } = trust ?? noTrust;
  const known = new Set(getCACertificates('default'));
  if (named.some((one) => !known.has(one))) setDefaultCACertificates([...known, ...named]);
}

const noTrust: TlsTrust = { authorities: [], named: [] };

function tlsOptions(
  trust: TlsTrust | undefined,
  isOwn: boolean,
): { ca?: string[]; cert?: string; key?: string } {
  const { authorities, client } = trust ?? noTrust;
  return {
    // A list takes the place of the one that Node has.
    ...(authorities.length > 0 && { ca: [...getCACertificates('default'), ...authorities] }),
    ...(isOwn && client),
  };
}

async function send(call: HttpCall, agent: HttpAgent): Promise<HttpAnswer> {
  const { method, url, headers, body, signal } = call;
  signal?.throwIfAborted();
  const patienceSeconds = call.patienceSeconds ?? 60;
  const settings: ClientRequestArgs = {
    method,
    agent,
    timeout: patienceSeconds * 1000,
    headers: {
      'user-agent': 'plimsoll',
      'accept-encoding': 'identity',
      ...headers,
      ...(typeof body === 'string' && { 'content-length': String(Buffer.byteLength(body)) }),
    },
    ...(signal && { signal }),
  };
  return await new Promise((resolve, reject) => {
    const request: ClientRequest = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, settings);
    let answered: IncomingMessage | undefined;
    request.on('timeout', () => {
      // A reader that is slower than the network leaves bytes in the buffer; then nothing is amiss.
      if (answered !== undefined && answered.readableLength > 0) return;
      request.destroy(new StalledError(`nothing came for ${patienceSeconds} seconds`));
    });
    request.on('error', (error) => reject(signal?.aborted === true ? signal.reason : error));
    request.on('response', (response) => {
      answered = response;
      // What was not sent by then, nobody wants any more; the connection has a half request on it and is of no use.
      if (typeof body === 'object' && !body.readableEnded) {
        body.unpipe(request);
        body.destroy();
        response.once('end', () => request.destroy());
        // Whoever reads it is told by its end.
        response.on('error', () => {});
      }
      resolve({ url, status: response.statusCode ?? 0, headers: response.headers, body: response });
    });
    if (typeof body === 'object') pour(body, request);
    else request.end(body);
  });
}

/** Sends a stream as the body. When it fails the request does, so that no server takes a part of it for the whole. */
function pour(body: Readable, request: ClientRequest): void {
  body.on('error', (error) => request.destroy(error));
  request.on('close', () => body.destroy());
  // It may have failed before there was a request.
  if (body.errored === null) body.pipe(request);
  else request.destroy(body.errored);
}

/** Passes by a body that nobody wants, so that a short one leaves the connection usable. */
export function discardBody(answer: HttpAnswer): void {
  const { body, headers } = answer;
  body.on('error', () => {});
  if (Number(headers['content-length'] ?? Number.NaN) <= 65_536) body.resume();
  else body.destroy();
}

/** A whole small body, cut off at `limitBytes`. */
export async function readBody(answer: HttpAnswer, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= limitBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, limitBytes);
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const mostRedirects = 6;

/**
 * Sends a GET or HEAD request and follows where it is sent on to. `Authorization` stays with the origin that it is for:
 * storage services refuse a second kind of authorization, and it is none of their business. `check` may refuse an address by throwing.
 */
export async function sendFollowing(
  connections: Connections,
  call: HttpCall,
  check: (to: URL, from: URL) => void,
): Promise<HttpAnswer> {
  let current = call;
  for (let hop = 0; ; hop++) {
    const answer = await connections.send(current);
    const { location } = answer.headers;
    if (!redirects.has(answer.status) || location === undefined || hop === mostRedirects) return answer;
    discardBody(answer);
    const url = new URL(location, current.url);
    check(url, current.url);
    const { authorization, ...others } = current.headers;
    const isSameOrigin = url.origin === current.url.origin && authorization !== undefined;
    current = { ...current, url, headers: isSameOrigin ? { ...others, authorization } : others };
  }
}
