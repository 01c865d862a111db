import { Readable } from 'node:stream';
import { UserError } from '../../base/index.ts';
import { beginUpload, hasBlob, type SentBlob, sessionOf, type UploadSession } from './begin-upload.ts';
import { chunksOf, mayShorten, requestLimit } from './chunks-of.ts';
import { discardBody, type HttpAnswer } from './http-call.ts';
import { type ByteMeter, meterFrom } from './meter-from.ts';
import type { RegistryClient } from './registry-client.ts';
import {
  isBrokenConnection,
  isPassing,
  longestPauseSeconds,
  mostAttempts,
  retryAfterSeconds,
} from './retries.ts';

/** A blob to be sent. */
export interface OutgoingBlob {
  readonly repository: string;
  /** How messages name it: `layer 3 of 12`. */
  readonly title: string;
  /** Where it is known before the bytes are. */
  readonly digest?: string | undefined;
  readonly sizeBytes?: number | undefined;
  /** Its bytes from the start, the same each time. */
  open(): Promise<Readable>;
  /** Told of bytes on their way; less than nothing where some must be sent again. */
  readonly onBytes?: ((sizeBytes: number) => void) | undefined;
}

/** A connection that ends before `progressBytes` more have arrived is one more failure in a row. */
const progressBytes = 1024 * 1024;

/** Up to this length, a blob whose digest is known goes with its completion ("POST then PUT"): one request less. */
const monolithBytes = 1024 * 1024;

const octets = { 'content-type': 'application/octet-stream' };

/**
 * Sends a blob in one stream, whatever its length, and asks the registry to verify its digest ("Pushing a blob in chunks", with one chunk, as
 * Docker does; a small one "monolithically"). A connection that breaks is taken up where the registry's bytes end, where it tells that, and else from the start; 429 and
 * 5xx are tried again after as long as the server asks for. Throws a `UserError` when it does not end well; nothing of the blob
 * is then to be seen in the repository.
 */
export async function pushBlob(client: RegistryClient, blob: OutgoingBlob): Promise<SentBlob> {
  const upload: Upload = {
    client,
    blob,
    session: undefined,
    storedBytes: 0,
    toldBytes: 0,
    mayResume: true,
    arrived: undefined,
  };
  try {
    return await sendAtLast(upload);
  } catch (error) {
    await cancel(upload);
    throw error;
  }
}

async function sendAtLast(upload: Upload): Promise<SentBlob> {
  const { client } = upload;
  let failures = 0;
  let failedAt = 0;
  for (;;) {
    const outcome = await attempt(upload);
    if ('sent' in outcome) return outcome.sent;
    failures = upload.storedBytes - failedAt >= progressBytes ? 1 : failures + 1;
    failedAt = upload.storedBytes;
    const { askedSeconds = 0 } = outcome;
    if (failures === mostAttempts || askedSeconds > longestPauseSeconds) {
      throw await outcome.explain();
    }
    await client.backOff(failures, outcome.askedSeconds);
    if (upload.arrived !== undefined && (await isThere(upload, upload.arrived))) return upload.arrived;
    await findPlace(upload);
    tell(upload, upload.storedBytes - upload.toldBytes);
  }
}

interface Upload {
  readonly client: RegistryClient;
  readonly blob: OutgoingBlob;
  session: UploadSession | undefined;
  /** How much of the blob the registry has stored in this session. */
  storedBytes: number;
  /** What `onBytes` has been told in all. */
  toldBytes: number;
  /** False where a registry has shown that it forgets what came in an earlier request. */
  mayResume: boolean;
  /** What the whole blob is, once all of it was sent: it need not be read again to be completed. */
  arrived: SentBlob | undefined;
}

function tell(upload: Upload, sizeBytes: number): void {
  upload.toldBytes += sizeBytes;
  upload.blob.onBytes?.(sizeBytes);
}

/** Something that may go better the next time. */
interface Failure {
  readonly askedSeconds?: number | undefined;
  explain(): Promise<unknown>;
}

type Outcome = { readonly sent: SentBlob } | Failure;

async function attempt(upload: Upload): Promise<Outcome> {
  const { client, blob } = upload;
  upload.session ??= await beginUpload(client, blob.repository);
  if (upload.session === undefined) throw new Error('an upload that was not asked to mount was not begun');
  const { session, arrived } = upload;
  if (arrived !== undefined) return await complete(upload, session, { sent: arrived, isResumed: true });
  const meter = meterFrom(upload.storedBytes, (sizeBytes) => tell(upload, sizeBytes));
  const source = await blob.open();
  source.on('error', (error) => meter.stream.destroy(error));
  meter.stream.on('close', () => source.destroy());
  // It may fail when there is no request yet, or none any more; a request is told by itself.
  meter.stream.on('error', () => {});
  try {
    source.pipe(meter.stream);
    return await sendBody(upload, session, meter);
  } finally {
    meter.stream.destroy();
  }
}

async function sendBody(upload: Upload, session: UploadSession, meter: ByteMeter): Promise<Outcome> {
  const { client, blob, storedBytes: from } = upload;
  const { stream: body } = meter;
  const { digest, sizeBytes } = blob;
  if (from === 0 && digest !== undefined && sizeBytes !== undefined && sizeBytes <= monolithBytes) {
    return await complete(upload, session, { sent: { digest, sizeBytes }, isResumed: false, body });
  }
  const limitBytes = requestLimit(client);
  const failure =
    limitBytes === undefined
      ? await sendRest(upload, body, session)
      : await sendChunks(upload, body, { session, limitBytes });
  if (failure !== undefined) return failure;
  upload.arrived = { digest: digest ?? meter.digest(), sizeBytes: meter.sizeBytes() };
  return await complete(upload, upload.session ?? session, { sent: upload.arrived, isResumed: from > 0 });
}

/** All that the registry does not have yet, in one request. */
async function sendRest(
  upload: Upload,
  body: Readable,
  { url }: UploadSession,
): Promise<Failure | undefined> {
  const { storedBytes: from, blob } = upload;
  const { sizeBytes } = blob;
  const headers = {
    ...octets,
    ...(sizeBytes !== undefined && { 'content-length': String(sizeBytes - from) }),
    ...(from > 0 && sizeBytes !== undefined && { 'content-range': `${from}-${sizeBytes - 1}` }),
  };
  const answer = await sendOrFail(upload, { method: 'PATCH', url, headers, body });
  if (!('status' in answer)) return answer;
  upload.session = sessionOf(answer);
  discardBody(answer);
  return undefined;
}

/** The same in requests of a length that is let through. */
async function sendChunks(
  upload: Upload,
  body: Readable,
  { session, limitBytes }: { readonly session: UploadSession; readonly limitBytes: number },
): Promise<Failure | undefined> {
  let { url } = session;
  for await (const chunk of chunksOf(body, limitBytes)) {
    const from = upload.storedBytes;
    const headers = {
      ...octets,
      'content-length': String(chunk.length),
      'content-range': `${from}-${from + chunk.length - 1}`,
    };
    const request = { method: 'PATCH', url, headers, body: Readable.from([chunk]) } as const;
    const answer = await sendOrFail(upload, request, from > 0);
    if (!('status' in answer)) return answer;
    upload.session = sessionOf(answer);
    url = upload.session.url;
    discardBody(answer);
    upload.storedBytes = from + chunk.length;
  }
  return undefined;
}

interface Completion {
  readonly sent: SentBlob;
  /** Bytes of it came in an earlier request. */
  readonly isResumed: boolean;
  /** All of it, where none came before. */
  readonly body?: Readable;
}

async function complete(
  upload: Upload,
  session: UploadSession,
  { sent, isResumed, body }: Completion,
): Promise<Outcome> {
  const { client, blob } = upload;
  const url = new URL(session.url.href);
  url.searchParams.set('digest', sent.digest);
  const headers = { ...(body && octets), 'content-length': String(body ? sent.sizeBytes : 0) };
  const answer = await sendOrFail(upload, { method: 'PUT', url, headers, ...(body && { body }) }, isResumed);
  if (!('status' in answer)) return answer;
  const said = answer.headers['docker-content-digest'];
  discardBody(answer);
  if (typeof said === 'string' && said !== sent.digest && said.split(':')[0] === sent.digest.split(':')[0]) {
    throw new UserError(`${client.registry} has stored ${blob.title} as ${said}, not as ${sent.digest}`, {
      hint: 'It changed on the way: try again, or another network.',
    });
  }
  return { sent };
}

interface UploadRequest {
  readonly method: 'PATCH' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Readable;
}

/** Sends it; an answer is one of success. Throws what no repetition makes better. */
async function sendOrFail(
  upload: Upload,
  request: UploadRequest,
  isResumed = false,
): Promise<HttpAnswer | Failure> {
  const { client, blob } = upload;
  const about = { repository: blob.repository, wanted: blob.title };
  let answer: HttpAnswer;
  try {
    answer = await client.sendOnce({ ...request, ...about });
  } catch (error) {
    if (isBrokenConnection(error)) return { explain: async () => client.explainBroken(error, blob.title) };
    throw client.explainBroken(error, blob.title);
  }
  const { status } = answer;
  if (status >= 200 && status < 300) return answer;
  const trouble = await client.explain(answer, about);
  if (status === 413 && request.method === 'PATCH' && mayShorten(client)) {
    return { askedSeconds: 0, explain: async () => trouble };
  }
  // Amazon's registry forgets the bytes of all requests but the first.
  if (isResumed && (status === 400 || status === 404)) upload.mayResume = false;
  const isLost = status === 404 || status === 416 || (isResumed && status === 400);
  if (isLost || status === 401 || isPassing(status)) {
    return { askedSeconds: retryAfterSeconds(answer), explain: async () => trouble };
  }
  throw trouble;
}

/** Asks how much has arrived ("Pushing a blob in chunks", status of an upload); where that is not told, all begins anew. */
async function findPlace(upload: Upload): Promise<void> {
  const { client, blob, session } = upload;
  const { repository, title: wanted } = blob;
  const { arrived } = upload;
  upload.storedBytes = 0;
  upload.session = undefined;
  upload.arrived = undefined;
  if (session === undefined || !upload.mayResume) return;
  try {
    const answer = await client.sendOnce({ method: 'GET', url: session.url, repository, wanted });
    discardBody(answer);
    const last = /^(?:bytes=)?0-(\d+)$/.exec(String(answer.headers['range'] ?? ''))?.[1];
    // `0-0` is what registries say of one byte and of none.
    if (answer.status !== 204 || last === undefined || last === '0') return;
    upload.session = sessionOf(answer, session.url);
    upload.storedBytes = Number(last) + 1;
    if (upload.storedBytes === arrived?.sizeBytes) upload.arrived = arrived;
  } catch (error) {
    if (!isBrokenConnection(error)) throw client.explainBroken(error, wanted);
  }
}

/** True when a completion has come about whose answer was lost. */
async function isThere({ client, blob }: Upload, arrived: SentBlob): Promise<boolean> {
  try {
    return await hasBlob(client, { repository: blob.repository, ...arrived });
  } catch (error) {
    // The next request tells it.
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** Tells the registry to forget what it has; it does so by itself some day. */
async function cancel({ client, blob, session }: Upload): Promise<void> {
  if (session === undefined) return;
  const { repository, title: wanted } = blob;
  await client
    .sendOnce({ method: 'DELETE', url: session.url, repository, wanted, isFarewell: true })
    .then(discardBody)
    .catch(() => {});
}
