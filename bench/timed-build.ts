import { formatSeconds, runProcess, UserError } from '../src/base/index.ts';
import { createBuildkitLog } from '../src/engines/index.ts';
import {
  type DownloadedBytes,
  downloadedBytes,
  downloadedFiles,
  type InstallSteps,
  installSteps,
} from './build-account.ts';
import { buildArgWords, type Stage } from './stage.ts';
import type { WireMeter } from './wire-meter.ts';

/** What to build, and where to look meanwhile. */
export interface TimedBuildRequest {
  readonly stage: Stage;
  /** The project with its Dockerfile. */
  readonly directory: string;
  readonly tag: string;
  readonly meter: WireMeter;
  /** Runs every step again, as on a machine that has built nothing. */
  readonly isCold?: boolean;
  readonly signal: AbortSignal;
}

/** A build and what it cost. */
export interface TimedBuild {
  /** Wall time of `docker build`. */
  readonly seconds: number;
  readonly installs: InstallSteps;
  /** Distribution files that pip says it downloaded. */
  readonly files: readonly string[];
  readonly downloaded: DownloadedBytes;
}

/** Runs `docker build` as a user would, with BuildKit; everything that its steps download goes through the meter. */
export async function timedBuild(request: TimedBuildRequest): Promise<TimedBuild> {
  const { stage, directory, tag, meter, signal } = request;
  const proxy = `http://${stage.hostAddress}:${meter.port}`;
  // BuildKit hands these to RUN without an ARG, and leaves them out of the cache keys.
  const proxies = Object.fromEntries(
    ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].map((name) => [name, proxy]),
  );
  const words = [
    'build',
    ...(request.isCold === true ? ['--no-cache'] : []),
    '--progress=plain',
    '--tag',
    tag,
    ...buildArgWords({ ...stage.buildArgs, ...proxies }),
  ];
  const log = createBuildkitLog();
  const output: string[] = [];
  meter.take();
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  const result = await runProcess(stage.dockerProgram, [...words, directory], {
    env: { ...stage.environment, DOCKER_BUILDKIT: '1' },
    signal,
    onLine(line) {
      log.push(line, seconds());
      output.push(line);
    },
  });
  const took = seconds();
  const { steps } = log.outcome();
  if (result.code !== 0) {
    throw new UserError(`docker build of ${tag} failed:\n${output.slice(-20).join('\n')}`);
  }
  console.error(`bench: built ${tag} in ${formatSeconds(took)}`);
  return {
    seconds: took,
    installs: installSteps(steps),
    files: downloadedFiles(output),
    downloaded: downloadedBytes(meter.take()),
  };
}
