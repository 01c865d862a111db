import { setTimeout as sleep } from 'node:timers/promises';
import { formatSeconds } from '../base/index.ts';
import { assertEngineWorks } from './assert-engine-works.ts';
import { compareLogs, lastLines } from './compare-logs.ts';
import { type ComparedRequest, compareResponses, swappedVersions } from './compare-responses.ts';
import type { Difference } from './difference.ts';
import { hintsFromOutput } from './output-hints.ts';
import { formatProbe, type Probe } from './probe.ts';
import { type Answer, sendProbes } from './send-probes.ts';
import { type ContainerLogs, type HealthyService, type Served, serve } from './serve.ts';
import { type Check, checkOf, type PartialVerification, type StartUp } from './verification.ts';
import type { VerifiedEnvironment } from './verify-environment.ts';
import { containerSettings, type PreparedRequest } from './verify-request.ts';

/** What came of starting both services and asking them. */
export interface VerifiedService extends PartialVerification {
  /** False when the fat image itself does not start. */
  readonly isJudged: boolean;
  readonly startUp: StartUp;
  readonly requests: readonly ComparedRequest[];
  readonly logs: { readonly fat: ContainerLogs; readonly lean: ContainerLogs };
}

type Environments = VerifiedEnvironment['environments'];
/** The answers by round, then by probe. */
type Rounds = readonly (readonly Answer[])[];
type Healthy = Extract<Served<Rounds>, { readonly kind: 'healthy' }>;

const noLogs: ContainerLogs = { stdout: '', stderr: '' };

/**
 * Starts the fat service, asks it, removes it, and does the same with the lean one: never both at once, so that
 * neither takes time or memory from the other. Both get the same requests in the same order, twice.
 */
export async function verifyService(
  request: PreparedRequest,
  environments: Environments,
): Promise<VerifiedService> {
  request.step('starting the fat image');
  const fat = await serveAndAsk(request, 'fat');
  if (fat.kind !== 'healthy') return fatDoesNotStart(fat);
  request.step('starting the lean image');
  const lean = await serveAndAsk(request, 'lean', fat.service);
  if (lean.kind === 'refused') {
    await assertEngineWorks(lean.error, async () => {
      const again = await serveAndAsk({ ...request, probes: [] }, 'fat', fat.service);
      return again.kind === 'healthy' ? again : undefined;
    });
  }
  if (lean.kind !== 'healthy') return leanDoesNotStart(fat, lean, environments);
  return compareServices(request, { fat, lean, environments });
}

async function serveAndAsk(
  request: PreparedRequest,
  which: 'fat' | 'lean',
  like?: HealthyService,
): Promise<Served<Rounds>> {
  // A lean image that takes five times as long as the fat one is not going to start.
  const patience = like === undefined ? request.limits.startSeconds : like.seconds * 5 + 30;
  const healthPath = like?.healthPath ?? request.healthPath;
  return await serve(
    {
      engine: request.engine,
      image: request[which],
      ports: like === undefined ? request.servicePorts : [like.port],
      timeoutSeconds: Math.min(request.limits.startSeconds, patience),
      progress: request.progress,
      ...(healthPath === undefined ? {} : { healthPath }),
      ...containerSettings(request),
    },
    async (service) => {
      request.step(`${request.probes.length + 1} requests to the ${which} image`);
      return await askTwice(request, service);
    },
  );
}

async function askTwice(request: PreparedRequest, service: HealthyService): Promise<Rounds> {
  const probes = allProbes(request, service);
  const options = {
    url: service.url,
    timeoutSeconds: request.limits.requestSeconds,
    ...(request.signal ? { signal: request.signal } : {}),
  };
  const first = await sendProbes(probes, options);
  await sleep(request.roundGapSeconds * 1000, undefined, request.signal ? { signal: request.signal } : {});
  return [first, await sendProbes(probes, options)];
}

function allProbes(request: PreparedRequest, service: HealthyService): readonly Probe[] {
  return [{ method: 'GET', path: service.healthPath }, ...request.probes];
}

function fatDoesNotStart(fat: Exclude<Served<Rounds>, Healthy>): VerifiedService {
  const detail = `the fat image does not start: ${describeFailure(fat)}`;
  return {
    isJudged: false,
    startUp: { fatSeconds: undefined, leanSeconds: undefined },
    requests: [],
    logs: { fat: logsOf(fat), lean: noLogs },
    differences: [],
    checks: [
      { name: 'start', outcome: 'not-judged', detail },
      { name: 'requests', outcome: 'not-judged', detail },
    ],
  };
}

function leanDoesNotStart(
  fat: Healthy,
  lean: Exclude<Served<Rounds>, Healthy>,
  environments: Environments,
): VerifiedService {
  const logs = logsOf(lean);
  const said = lean.kind === 'refused' ? lean.error.message : `${logs.stdout}\n${logs.stderr}`;
  const failure = describeFailure(lean);
  return {
    isJudged: true,
    startUp: { fatSeconds: fat.service.seconds, leanSeconds: undefined },
    requests: [],
    logs: { fat: lastLines(fat.logs), lean: logs },
    differences: [
      {
        kind: 'start',
        severity: 'break',
        what: 'start with the image’s own command',
        fat: describeStart(fat.service),
        lean: failure,
        hints: hintsFromOutput(said, environments?.fat.modules),
      },
    ],
    checks: [
      { name: 'start', outcome: 'different', detail: failure },
      { name: 'requests', outcome: 'not-judged', detail: 'the lean image does not start' },
    ],
  };
}

function compareServices(
  request: PreparedRequest,
  seen: { readonly fat: Healthy; readonly lean: Healthy; readonly environments: Environments },
): VerifiedService {
  const { fat, lean, environments } = seen;
  const versionChanges = environments
    ? swappedVersions(environments.fat, environments.lean, request.swaps)
    : [];
  const requests = allProbes(request, fat.service).map((probe, index) =>
    compareResponses(
      {
        probe: formatProbe(probe),
        fat: fat.result.flatMap((round) => round[index] ?? []),
        lean: lean.result.flatMap((round) => round[index] ?? []),
      },
      // What a health path reports (versions, devices) is not what the service is for.
      { tolerance: request.tolerance, versionChanges, bodySeverity: index === 0 ? 'change' : 'break' },
    ),
  );
  const start = [...slowerStart(fat.service, lean.service), ...endedMeanwhile(fat, lean)];
  const log = compareLogs(fat.logs, lean.logs);
  return {
    isJudged: true,
    startUp: { fatSeconds: fat.service.seconds, leanSeconds: lean.service.seconds },
    requests,
    logs: { fat: lastLines(fat.logs), lean: lastLines(lean.logs) },
    differences: [...start, ...requests.flatMap((one) => one.differences), ...log],
    checks: [
      checkOf('start', start, `fat: ${describeStart(fat.service)}; lean: ${describeStart(lean.service)}`),
      requestCheck(requests),
      checkOf('log', log, log.length === 0 ? 'no new errors' : 'new errors'),
    ],
  };
}

function requestCheck([health, ...probes]: readonly ComparedRequest[]): Check {
  const name = 'requests';
  const different = [health, ...probes].filter((one) => one?.outcome === 'different');
  if (different.length > 0) {
    const detail = `answered otherwise: ${different.map((one) => one?.probe).join(', ')}`;
    return { name, outcome: 'different', detail };
  }
  if (probes.length === 0)
    return { name, outcome: 'not-judged', detail: 'no probe is known: only health was compared' };
  const weak = probes.filter((one) => one.outcome === 'weak');
  const told = weak.map((one) => `${one.probe}: ${one.detail}`).join('; ');
  if (weak.length === probes.length)
    return { name, outcome: 'weak', detail: `no probe proves much: ${told}` };
  const equal = `${probes.length - weak.length} of ${probes.length} answered alike`;
  return { name, outcome: 'same', detail: weak.length === 0 ? equal : `${equal}; weak: ${told}` };
}

function slowerStart(fat: HealthyService, lean: HealthyService): Difference[] {
  if (lean.seconds <= fat.seconds * 1.5 || lean.seconds <= fat.seconds + 2) return [];
  return [
    {
      kind: 'start-up-time',
      severity: 'change',
      what: 'time to the first healthy answer',
      fat: formatSeconds(fat.seconds),
      lean: formatSeconds(lean.seconds),
      hints: {},
    },
  ];
}

function endedMeanwhile(fat: Healthy, lean: Healthy): Difference[] {
  if (lean.exitCode === undefined || fat.exitCode !== undefined) return [];
  return [
    {
      kind: 'start',
      severity: 'break',
      what: 'staying up while it is asked',
      fat: 'runs on',
      lean: `ended with exit code ${lean.exitCode}`,
      hints: hintsFromOutput(`${lean.logs.stdout}\n${lean.logs.stderr}`),
    },
  ];
}

function describeStart(service: HealthyService): string {
  return `${service.healthPath} answers ${service.healthStatus} after ${formatSeconds(service.seconds)}`;
}

function describeFailure(served: Exclude<Served<Rounds>, Healthy>): string {
  switch (served.kind) {
    case 'refused':
      return served.error.message;
    case 'silent':
      return `not healthy after ${formatSeconds(served.seconds)} (${served.detail})`;
    case 'ended': {
      const last = `${served.logs.stdout}\n${served.logs.stderr}`.trim().split('\n').at(-1)?.trim();
      return `it ended with exit code ${served.exitCode} after ${formatSeconds(served.seconds)}${last ? `: ${last}` : ''}`;
    }
  }
}

function logsOf(served: Exclude<Served<Rounds>, Healthy>): ContainerLogs {
  return served.kind === 'refused' ? { stdout: '', stderr: served.error.message } : lastLines(served.logs);
}
