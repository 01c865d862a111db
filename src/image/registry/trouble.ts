import * as z from 'zod';
import { messageOf, UserError } from '../../base/index.ts';
import { AbsentImageError } from './absent-image-error.ts';
import { errorCode } from './error-code.ts';
import { type HttpAnswer, readBody } from './http-call.ts';
import { retryAfterSeconds } from './retries.ts';

/** Of whom, and of what, a message speaks. */
export interface TroublePlace {
  /** The registry as references name it. */
  readonly registry: string;
  /** What was asked for: `ghcr.io/owner/app:1`; the registry itself when it was the first knock. */
  readonly wanted: string;
  readonly isInsecure: boolean;
  /** The proxy on the way to it. */
  readonly proxy?: URL | undefined;
  /** What is done with it. Default `pull`. */
  readonly action?: 'pull' | 'push';
}

const certificateCodes: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'CERT_REVOKED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** True when the server speaks TLS, but its certificate is not to be trusted. */
export function isCertificateTrouble(error: unknown): boolean {
  return certificateCodes.has(errorCode(error));
}

/** True when the server wants a certificate of whoever asks, and there is none, or not the right one. */
export function isClientTrouble(error: unknown): boolean {
  return /_ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)$/.test(
    errorCode(error),
  );
}

// self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca
function withoutNodeAdvice(message: string): string {
  return message.replace(/; .*Node\.js.*$/, '');
}

// 401DA7ED:error:0A000412:SSL routines:ssl3_read_bytes:ssl/tls alert bad certificate:../deps/openssl/…/rec_layer_s3.c:918:SSL alert number 42
function tlsReason(error: unknown): string {
  const message = messageOf(error);
  return /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? message;
}

/** Puts the error of a connection into words; `UserError`s and aborts stay as they are. */
export function connectionTrouble(error: unknown, place: TroublePlace): unknown {
  if (error instanceof UserError || (error instanceof Error && error.name === 'AbortError')) return error;
  return place.proxy === undefined ? directTrouble(error, place) : proxyTrouble(error, place, place.proxy);
}

// Failed to establish tunnel to quay.io:443 via http://proxy:3128/: HTTP/1.1 407 Proxy Authentication Required

/** Where a proxy is on the way, a connection that cannot be made is one to the proxy. */
function proxyTrouble(error: unknown, place: TroublePlace, proxy: URL): unknown {
  const { registry } = place;
  const code = errorCode(error);
  const said = /: HTTP\/[\d.]+ (\d{3}\b.*)/.exec(messageOf(error))?.[1];
  if (code === 'ERR_PROXY_TUNNEL' && said !== undefined) return refusedByProxy(proxy, registry, said);
  if (proxy.protocol === 'https:' && isCertificateTrouble(error)) return distrusted(error, place, proxy);
  if (!proxyCodes.has(code)) return directTrouble(error, place);
  return new UserError(
    `the proxy ${proxy.host} on the way to ${registry} cannot be reached: ${messageOf(error)}`,
    {
      hint: `Check HTTPS_PROXY, or name ${registry} in NO_PROXY.`,
      cause: error,
    },
  );
}

/** Node does not tell which of the two it was. */
function distrusted(error: unknown, { registry, isInsecure }: TroublePlace, { host }: URL): UserError {
  const other = isInsecure ? '' : `, or that of ${registry} behind it,`;
  return new UserError(
    `the certificate of the proxy ${host} on the way to ${registry}${other} is not trusted: ${withoutNodeAdvice(messageOf(error))}`,
    {
      hint: 'Name the certificate of its authority in --ca-file, SSL_CERT_FILE or NODE_EXTRA_CA_CERTS.',
      cause: error,
    },
  );
}

function refusedByProxy({ host }: URL, registry: string, said: string): UserError {
  return new UserError(`the proxy ${host} does not let us through to ${registry}: ${said}`, {
    hint: said.startsWith('407')
      ? 'Put user and password into HTTPS_PROXY (HTTP_PROXY for plain HTTP): http://USER:PASSWORD@HOST:PORT.'
      : `Check HTTPS_PROXY, or name ${registry} in NO_PROXY.`,
  });
}

const proxyCodes: ReadonlySet<string> = new Set([
  'ERR_PROXY_TUNNEL',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

function directTrouble(error: unknown, { registry, wanted, isInsecure }: TroublePlace): unknown {
  const code = errorCode(error);
  const about = wanted === registry ? '' : ` (for ${wanted})`;
  const told = (message: string, hint: string): UserError =>
    new UserError(`${message}${about}`, { hint, cause: error });
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return told(
      `there is no host ${registry}`,
      'Check the name of the registry, and that this machine can resolve names.',
    );
  }
  if (code === 'ECONNREFUSED') {
    return told(`${registry} refuses the connection`, 'Check the port, and that the registry runs.');
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return told(
      `the certificate of ${registry} is for another name: ${messageOf(error)}`,
      'Reach it by a name that its certificate has, or pass --insecure to take any certificate.',
    );
  }
  if (isCertificateTrouble(error)) {
    return told(
      `the certificate of ${registry} is not trusted: ${withoutNodeAdvice(messageOf(error))}`,
      `Put the certificate of its authority into /etc/docker/certs.d/${registry}/ca.crt, name it in NODE_EXTRA_CA_CERTS or SSL_CERT_FILE, or pass --insecure to take any certificate.`,
    );
  }
  if (isClientTrouble(error)) {
    return told(
      `${registry} wants to know who asks (${tlsReason(error)})`,
      `Put your certificate and its key into /etc/docker/certs.d/${registry}/ as client.cert and client.key.`,
    );
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return told(
      `${registry} does not speak TLS as it should: ${tlsReason(error)}`,
      isInsecure ? 'Check the port.' : 'Is it a registry with plain HTTP? --insecure allows that.',
    );
  }
  if (code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
    return told(
      `${registry} does not answer: ${messageOf(error)}`,
      'Check the network; behind a proxy, set HTTPS_PROXY.',
    );
  }
  return told(`the connection to ${registry} broke: ${messageOf(error)}`, 'Try again.');
}

// {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown", "detail": {"Tag": "2"}}]}
const errorsSchema = z.object({
  errors: z.array(z.object({ code: z.string().nullish(), message: z.string().nullish() })),
});
const detailsSchema = z.object({ details: z.string() });

/** What a registry, or its token service, says about a refusal; empty when it says nothing readable. */
export async function refusalText(answer: HttpAnswer): Promise<string> {
  const body = await readBody(answer, 65_536).catch(() => Buffer.alloc(0));
  let json: unknown;
  try {
    json = JSON.parse(body.toString());
  } catch {
    return '';
  }
  const errors = errorsSchema.safeParse(json).data?.errors ?? [];
  const said = errors.map(({ code, message }) => message || code || '').filter((text) => text !== '');
  return (said.length > 0 ? said.join('; ') : (detailsSchema.safeParse(json).data?.details ?? '')).slice(
    0,
    500,
  );
}

/** True for a page made for browsers. */
export function isWebPage(answer: HttpAnswer): boolean {
  return /^\s*(?:text\/html|application\/xhtml)/i.test(answer.headers['content-type'] ?? '');
}

/** What is known of the credentials that a refused request carried. */
export interface CredentialState {
  /** Where those came from that were sent; undefined when there were none. */
  readonly origin?: string | undefined;
  readonly troubles: readonly string[];
}

/** The error of 401 and 403. */
export function refused(place: TroublePlace, said: string, { origin, troubles }: CredentialState): UserError {
  const reason = said === '' ? '' : ` (${said})`;
  const also = troubles.length === 0 ? '' : ` Note that ${troubles.join('; ')}.`;
  const login = `docker login ${place.registry === 'docker.io' ? '' : place.registry}`.trim();
  const deed = place.action === 'push' ? 'take' : 'show';
  const whom = place.action === 'push' ? 'from' : 'to';
  const Refusal = place.action === 'push' ? UserError : AbsentImageError;
  return new Refusal(
    origin === undefined
      ? `${place.registry} does not ${deed} ${place.wanted} ${whom} somebody without credentials${reason}`
      : `${place.registry} does not accept the credentials from ${origin} for ${place.wanted}${reason}`,
    {
      hint:
        place.action === 'push'
          ? `Check the name and who may push there, or log in: ${login}.${also}`
          : `Check the name, which may not exist, or log in: ${login}.${also}`,
    },
  );
}

/** The error of every other answer that is not the one asked for. */
export async function answerTrouble(answer: HttpAnswer, place: TroublePlace): Promise<UserError> {
  if (answer.status === 407 && place.proxy !== undefined) {
    answer.body.destroy();
    return refusedByProxy(place.proxy, place.registry, '407 Proxy Authentication Required');
  }
  // Proxies make pages of their own for what does not pass them.
  if (isWebPage(answer) && answer.status < 500 && answer.status !== 413) {
    answer.body.destroy();
    return notRegistry(place.registry, 'it answers with a web page');
  }
  const said = await refusalText(answer);
  const reason = said === '' ? '' : ` (${said})`;
  if (answer.status === 429) {
    const seconds = retryAfterSeconds(answer);
    return new UserError(`${place.registry} has had too many requests${reason}`, {
      hint: `${seconds === undefined ? 'Try later' : `Try again in ${seconds} seconds`}; logging in often raises the limit (docker login).`,
    });
  }
  if (answer.status === 413) {
    return new UserError(`${place.registry} finds ${place.wanted} too large${reason}`, {
      hint: 'A proxy in front of the registry limits the length of requests (nginx: client_max_body_size): raise it there.',
    });
  }
  if (answer.status === 405 && place.action === 'push') {
    return new UserError(`${place.registry} takes no pushes${reason}`, {
      hint: 'It is read-only: a mirror, a proxy of another registry, or one in maintenance.',
    });
  }
  const request = place.action === 'push' ? 'sent' : 'asked for';
  return new UserError(
    `${place.registry} answers ${answer.status} when ${request} ${place.wanted}${reason}`,
    { hint: answer.status >= 500 ? serverHint(place) : 'Check the name.' },
  );
}

function serverHint({ action }: TroublePlace): string {
  return action === 'push'
    ? 'The registry is in trouble: its disk may be full. Its log says more; the tag names what it named before.'
    : 'The registry is in trouble: try later.';
}

/** The error of a host that is something else. */
export function notRegistry(registry: string, why: string): UserError {
  return new UserError(`${registry} is no container registry: ${why}`, {
    hint: 'Check the host and the port of the reference.',
  });
}
