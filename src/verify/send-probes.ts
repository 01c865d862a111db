import { createHash } from 'node:crypto';
import { messageOf } from '../base/index.ts';
import { limitTime } from './limit-time.ts';
import type { Probe } from './probe.ts';

/** The most of a response body that is kept and compared, in bytes. */
export const bodyLimitBytes: number = 8 * 1024 * 1024;

/** A response as it came. */
export interface Response {
  readonly kind: 'response';
  readonly status: number;
  /** Without parameters, in lower case; empty when the server names none. */
  readonly contentType: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most `bodyLimitBytes`. */
  readonly body: Uint8Array;
  readonly isTruncated: boolean;
  /** `sha256:…` of `body`. */
  readonly digest: string;
  /** From sending to the last byte kept. */
  readonly seconds: number;
}

/** What became of a probe. */
export type Answer = Response | { readonly kind: 'no-answer'; readonly reason: string };

/** Where probes go and how long an answer may take. */
export interface SendOptions {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}

/** Sends probes one after the other; an answer that does not come is data. Rejects only when aborted. */
export async function sendProbes(probes: readonly Probe[], options: SendOptions): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const probe of probes) answers.push(await sendProbe(probe, options));
  return answers;
}

/** Sends one probe. Redirects are answers, not followed. */
export async function sendProbe(probe: Probe, options: SendOptions): Promise<Answer> {
  const startedAt = performance.now();
  try {
    const answer = await limitTime(options.timeoutSeconds, options.signal, async (signal) => {
      const response = await fetch(options.url + probe.path, {
        method: probe.method,
        redirect: 'manual',
        // A kept connection that the server closes between two probes would look like a failure.
        headers: { connection: 'close', ...(probe.contentType ? { 'content-type': probe.contentType } : {}) },
        ...(probe.body === undefined ? {} : { body: probe.body }),
        signal,
      });
      const { body, isTruncated } = await readBody(response.body);
      return { response, body, isTruncated };
    });
    if (answer === undefined) {
      return { kind: 'no-answer', reason: `no answer within ${options.timeoutSeconds} s` };
    }
    return {
      kind: 'response',
      status: answer.response.status,
      contentType:
        (answer.response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
      headers: Object.fromEntries(answer.response.headers),
      body: answer.body,
      isTruncated: answer.isTruncated,
      digest: `sha256:${createHash('sha256').update(answer.body).digest('hex')}`,
      seconds: (performance.now() - startedAt) / 1000,
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    return { kind: 'no-answer', reason: reasonOf(error) };
  }
}

async function readBody(
  stream: ReadableStream<Uint8Array> | null,
): Promise<{ readonly body: Uint8Array; readonly isTruncated: boolean }> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  // Leaving the loop early cancels the stream.
  for await (const chunk of stream ?? []) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > bodyLimitBytes) break;
  }
  const whole = Buffer.concat(chunks);
  return { body: whole.subarray(0, bodyLimitBytes), isTruncated: sizeBytes > bodyLimitBytes };
}

/** fetch hides why it failed in the cause: `fetch failed` ← `connect ECONNREFUSED 127.0.0.1:8000`. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof AggregateError && cause.errors.length > 0) return messageOf(cause.errors[0]);
  return cause === undefined ? messageOf(error) : messageOf(cause);
}
