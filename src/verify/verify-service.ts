import { setTimeout as sleep } from 'node:timers/promises';
import { formatSeconds } from '../base/index.ts';
import { assertEngineWorks } from './assert-engine-works.ts';
import { compareLogs, lastLines } from './compare-logs.ts';
import { type ComparedRequest, compareResponses, swappedVersions } from './compare-responses.ts';
import type { Difference } from './difference.ts';
import type { AskedService, Rounds } from './fat-memory.ts';
import { hintsFromOutput } from './output-hints.ts';
import { formatProbe, type Probe } from './probe.ts';
import { sendProbes } from './send-probes.ts';
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

const noLogs: ContainerLogs = { stdout: '', stderr: '' };

/**
 * Starts the fat service, asks it, removes it, and does the same with the lean one: never both at once, so that
 * neither takes time or memory from the other. Both get the same requests in the same order, twice.
 */
export async function verifyService(
  request: PreparedRequest,
  environments: Environments,
): Promise<VerifiedService> {
  const known = request.memory.services.all().at(-1);
  const fat = known ?? (await serveFat(request));
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
  return await compareWithMemory(request, { fat, lean, environments, isFresh: known === undefined });
}

/** Starts the fat service, asks it and keeps what it answered. */
async function serveFat(request: PreparedRequest, like?: HealthyService): Promise<Served<Rounds>> {
  request.step('starting the fat image');
  const fat = await serveAndAsk(request, 'fat', like);
  if (fat.kind === 'healthy') request.memory.services.add(fat);
  return fat;
}

/** Compares with what the fat image last answered; where an answer differs that it gave a while ago, it is asked again. */
async function compareWithMemory(
  request: PreparedRequest,
  { isFresh, ...seen }: SeenServices & { readonly isFresh: boolean },
): Promise<VerifiedService> {
  const { services } = request.memory;
  const compared = compareServices(request, seen);
  const breaks = answersApart(compared);
  if (isFresh) services.confirm(breaks);
  if (breaks.every((one) => services.isConfirmed(one))) return compared;
  const again = await serveFat(request, seen.fat.service);
  if (again.kind === 'refused') throw again.error;
  if (again.kind !== 'healthy') return compared;
  const recompared = compareServices(request, { ...seen, fat: again });
  services.confirm(answersApart(recompared));
  return recompared;
}

function answersApart({ differences }: VerifiedService): Difference[] {
  return differences.filter((one) => one.kind === 'response' && one.severity === 'break');
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

function fatDoesNotStart(fat: Exclude<Served<Rounds>, AskedService>): VerifiedService {
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
  fat: AskedService,
  lean: Exclude<Served<Rounds>, AskedService>,
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

interface SeenServices {
  readonly fat: AskedService;
  readonly lean: AskedService;
  readonly environments: Environments;
}

function compareServices(
  request: PreparedRequest,
  { fat, lean, environments }: SeenServices,
): VerifiedService {
  const earlier = request.memory.services.all().filter((one) => one !== fat);
  const versionChanges = environments
    ? swappedVersions(environments.fat, environments.lean, request.swaps)
    : [];
  const requests = allProbes(request, fat.service).map((probe, index) =>
    compareResponses(
      {
        probe: formatProbe(probe),
        fat: fat.result.flatMap((round) => round[index] ?? []),
        lean: lean.result.flatMap((round) => round[index] ?? []),
        witnesses: earlier.flatMap(({ result }) => result.flatMap((round) => round[index] ?? [])),
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

function endedMeanwhile(fat: AskedService, lean: AskedService): Difference[] {
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

function describeFailure(served: Exclude<Served<Rounds>, AskedService>): string {
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

function logsOf(served: Exclude<Served<Rounds>, AskedService>): ContainerLogs {
  return served.kind === 'refused' ? { stdout: '', stderr: served.error.message } : lastLines(served.logs);
}
