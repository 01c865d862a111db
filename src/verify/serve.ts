import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, type Progress, UserError } from '../base/index.ts';
import type { Engine, RunningContainer } from '../engines/index.ts';
import { sendProbe } from './send-probes.ts';

/** The paths that are asked when nobody names one; the last is asked for lack of a better. */
const healthPaths: readonly string[] = ['/health', '/healthz', '/livez', '/ready', '/ping', '/'];

/** Between two questions to the engine whether a silent container still runs: each starts a program, which slows the service down. */
const askEngineSeconds = 0.5;

/** What a container printed. */
export interface ContainerLogs {
  readonly stdout: string;
  readonly stderr: string;
}

/** Which service to start and when it counts as started. */
export interface ServeOptions {
  readonly engine: Engine;
  readonly image: string;
  /** Container ports; the first that gives a healthy answer is the service's. */
  readonly ports: readonly number[];
  /** Healthy is any status below 500 there. Without it: the first of `healthPaths` with a status of 2xx. */
  readonly healthPath?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The longest from start to the first healthy answer. */
  readonly timeoutSeconds: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** A service that answered. */
export interface HealthyService {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  readonly healthPath: string;
  readonly healthStatus: number;
  /** From the start of the container to its first healthy answer. */
  readonly seconds: number;
}

/** How a service fared, with what it printed until it was removed. */
export type Served<T> =
  | {
      readonly kind: 'healthy';
      readonly service: HealthyService;
      readonly result: T;
      readonly logs: ContainerLogs;
      /** Set when its main process had ended by itself at the end. */
      readonly exitCode: number | undefined;
    }
  | {
      readonly kind: 'ended';
      readonly exitCode: number;
      readonly logs: ContainerLogs;
      readonly seconds: number;
    }
  | {
      readonly kind: 'silent';
      readonly detail: string;
      readonly logs: ContainerLogs;
      readonly seconds: number;
    }
  | { readonly kind: 'refused'; readonly error: UserError };

/**
 * Starts an image with its own command, waits until it is healthy, hands it to `use`, and removes it whatever
 * happens. A container that ends, stays silent or that the engine refuses to start is data; rejects when aborted and
 * when `use` rejects.
 */
export async function serve<T>(
  options: ServeOptions,
  use: (service: HealthyService) => Promise<T>,
): Promise<Served<T>> {
  const startedAt = performance.now();
  const container = await startContainer(options);
  if (container instanceof UserError) return { kind: 'refused', error: container };
  try {
    const state = await waitForHealth(container, startedAt, options);
    if (state.kind !== 'healthy') return { ...state, logs: await container.logs() };
    const result = await use(state.service);
    return { ...state, result, exitCode: await container.exitCode(), logs: await container.logs() };
  } finally {
    await container.remove().catch((error: unknown) => {
      options.progress.note(`The container ${container.id} could not be removed: ${messageOf(error)}`);
    });
  }
}

async function startContainer(options: ServeOptions): Promise<RunningContainer | UserError> {
  options.signal?.throwIfAborted();
  try {
    return await options.engine.start({
      image: options.image,
      publish: options.ports,
      ...(options.env ? { env: options.env } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof UserError) return error;
    throw error;
  }
}

type HealthState =
  | { readonly kind: 'healthy'; readonly service: HealthyService }
  | { readonly kind: 'ended'; readonly exitCode: number; readonly seconds: number }
  | { readonly kind: 'silent'; readonly detail: string; readonly seconds: number };

async function waitForHealth(
  container: RunningContainer,
  startedAt: number,
  options: ServeOptions,
): Promise<HealthState> {
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  let last = 'no port is published';
  let answeredRounds = 0;
  let nextAskSeconds = 0;
  while (true) {
    let hasAnsweredEverywhere = false;
    for (const [port, url] of container.urls) {
      const round = await askForHealth(url, options, seconds());
      if (round.status !== undefined && round.isHealthy) {
        const service = { url, port, healthPath: round.path, healthStatus: round.status, seconds: seconds() };
        return { kind: 'healthy', service };
      }
      last = `port ${port}: ${round.detail}`;
      if (!round.hasAnsweredAll) continue;
      hasAnsweredEverywhere = true;
      // It serves, but has no health path: after three such rounds its answer to / counts.
      if (answeredRounds >= 2 && round.status !== undefined) {
        const service = { url, port, healthPath: round.path, healthStatus: round.status, seconds: seconds() };
        return { kind: 'healthy', service };
      }
    }
    answeredRounds = hasAnsweredEverywhere ? answeredRounds + 1 : 0;
    const isLate = seconds() >= options.timeoutSeconds;
    if (isLate || seconds() >= nextAskSeconds) {
      if (!(await container.isRunning())) {
        return { kind: 'ended', exitCode: (await container.exitCode()) ?? -1, seconds: seconds() };
      }
      nextAskSeconds = seconds() + askEngineSeconds;
    }
    if (isLate) return { kind: 'silent', detail: last, seconds: seconds() };
    await sleep(
      Math.min(500, 150 + seconds() * 10),
      undefined,
      options.signal ? { signal: options.signal } : {},
    );
  }
}

interface HealthRound {
  readonly path: string;
  readonly status: number | undefined;
  readonly isHealthy: boolean;
  /** Every path was answered with a status below 500. */
  readonly hasAnsweredAll: boolean;
  readonly detail: string;
}

async function askForHealth(url: string, options: ServeOptions, elapsed: number): Promise<HealthRound> {
  let round: HealthRound | undefined;
  const timeoutSeconds = Math.max(0.1, Math.min(10, options.timeoutSeconds - elapsed));
  const paths = options.healthPath === undefined ? healthPaths : [options.healthPath];
  for (const path of paths) {
    const answer = await sendProbe(
      { method: 'GET', path },
      { url, timeoutSeconds, ...(options.signal ? { signal: options.signal } : {}) },
    );
    const status = answer.kind === 'response' ? answer.status : undefined;
    const isHealthy =
      status !== undefined &&
      (options.healthPath === undefined ? status >= 200 && status < 300 : status < 500);
    const isWorking = status !== undefined && status < 500;
    const said = answer.kind === 'response' ? `${path} answered ${answer.status}` : answer.reason;
    round = { path, status, isHealthy, hasAnsweredAll: isWorking, detail: said };
    // A path that answers 503 is there and says: not yet. No other path may overrule it.
    if (isHealthy || !isWorking) return round;
  }
  return round ?? { path: '', status: undefined, isHealthy: false, hasAnsweredAll: false, detail: '' };
}
