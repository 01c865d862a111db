/**
 * Runs abortable work for at most `seconds`; undefined when the time ran out.
 * Rejects with the reason of `outer` when that is aborted first, and with whatever else the work rejects with.
 */
export async function limitTime<T>(
  seconds: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  outer?.throwIfAborted();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(`not done within ${seconds} s`)), seconds * 1000);
  try {
    return await work(outer ? AbortSignal.any([outer, limit.signal]) : limit.signal);
  } catch (error) {
    outer?.throwIfAborted();
    if (limit.signal.aborted) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
