import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './error-code.ts';
import type { HttpAnswer } from './http-call.ts';

/** Waits; a test passes one that only takes notes. */
export type Pause = (seconds: number, signal?: AbortSignal) => Promise<void>;

/** Waits by the clock. */
export const pauseByClock: Pause = async (seconds, signal) => {
  await sleep(seconds * 1000, undefined, signal ? { signal } : {});
};

/** How often a request is sent before its trouble is reported. */
export const mostAttempts = 5;

/** The longest wait that a server may ask for, in seconds; beyond it the user is told. */
export const longestPauseSeconds = 60;

/** Half a second, then twice as long each time, with a random half, so that many clients do not come back at once. */
export function backoffSeconds(failures: number): number {
  return 0.5 * 2 ** (failures - 1) * (0.5 + Math.random() / 2);
}

// Retry-After: 120
// Retry-After: Wed, 21 Oct 2015 07:28:00 GMT

/** The seconds that an answer asks to wait (RFC 9110, section 10.2.3); undefined when it does not say. */
export function retryAfterSeconds(answer: HttpAnswer, now: number = Date.now()): number | undefined {
  const text = answer.headers['retry-after']?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

/** True for answers that may be another one in a moment. */
export function isPassing(status: number): boolean {
  return status === 429 || status === 408 || (status >= 500 && status !== 501 && status !== 505);
}

const passingCodes: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
  'ENETRESET',
  'HPE_INVALID_EOF_STATE',
]);

/** True for the error of a connection that broke, or could not be made at this moment. */
export function isBrokenConnection(error: unknown): boolean {
  return passingCodes.has(errorCode(error));
}
