import { type Progress, UserError } from '../base/index.ts';
import type { Engine, FinishedRun } from '../engines/index.ts';
import { limitTime } from './limit-time.ts';
import type { Probe } from './probe.ts';
import { sendProbes } from './send-probes.ts';
import { serve } from './serve.ts';

/** Which image is started, and what it is asked. */
export interface TraceRequest {
  readonly engine: Engine;
  readonly image: string;
  /** Container ports; the first that answers is the service's. Where there are none, the image runs to its end. */
  readonly ports: readonly number[];
  /** Further variables for it. */
  readonly env?: Readonly<Record<string, string>>;
  readonly probes: readonly Probe[];
  /** The longest until it answers, or ends, and the longest that an answer may take. */
  readonly timeoutSeconds: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Python and all that it starts tell what they import (`python -v`); nothing in the image or beside it changes. */
const verbose = { PYTHONVERBOSE: '1' };

/**
 * Starts an image with its own command, asks it, and gives what its Python processes told of the modules that they loaded.
 * Rejects with a `UserError` where it does not start, and when aborted.
 */
export async function traceStart(request: TraceRequest): Promise<string> {
  const task = request.progress.start(`tracing ${request.image}`);
  try {
    const { stdout, stderr } =
      request.ports.length === 0 ? await runToEnd(request) : await serveAndAsk(request);
    return `${stdout}\n${stderr}`;
  } finally {
    task.done();
  }
}

type Output = Pick<FinishedRun, 'stdout' | 'stderr'>;

async function serveAndAsk(request: TraceRequest): Promise<Output> {
  const { timeoutSeconds, probes, signal } = request;
  const served = await serve({ ...request, env: { ...request.env, ...verbose } }, async ({ url }) => {
    await sendProbes(probes, { url, timeoutSeconds, ...(signal ? { signal } : {}) });
  });
  switch (served.kind) {
    case 'healthy':
      return served.logs;
    case 'refused':
      throw served.error;
    case 'ended':
      throw notTraced(request, `it ended with exit code ${served.exitCode}`);
    case 'silent':
      throw notTraced(request, `it does not answer within ${timeoutSeconds} s (${served.detail})`);
  }
}

async function runToEnd(request: TraceRequest): Promise<Output> {
  const { engine, image, timeoutSeconds } = request;
  const run = await limitTime(timeoutSeconds, request.signal, (signal) =>
    engine.run({ image, env: { ...request.env, ...verbose }, signal }),
  );
  if (run === undefined) throw notTraced(request, `it does not end within ${timeoutSeconds} s`);
  if (run.exitCode !== 0) throw notTraced(request, `it ended with exit code ${run.exitCode}`);
  return run;
}

function notTraced({ image }: TraceRequest, why: string): UserError {
  return new UserError(`The start of ${image} cannot be traced: ${why}.`, {
    hint: 'Name its port with --port, or give a trace from where it does run: --trace FILE.',
  });
}
