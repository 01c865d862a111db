import type { Need, ResourceLimits, ServiceNeeds } from '../../compose/index.ts';
import type { Project } from '../../project/index.ts';
import { sharedMemorySigns } from '../../python/index.ts';
import type { ProjectStudy } from '../../slim/index.ts';
import { decideBuildTarget } from './decide-build-target.ts';
import { decideGpus } from './decide-gpus.ts';
import { decideHealthCheck } from './decide-health-check.ts';
import { decideModelCache } from './decide-model-cache.ts';
import { faultOfCheck } from './fault-of-check.ts';
import { faultOfPort } from './fault-of-port.ts';
import { findListening, type Listening } from './find-listening.ts';
import { gpuElsewhere } from './gpu-elsewhere.ts';
import { kubernetesLimits } from './kubernetes-limits.ts';
import { serviceHardware } from './service-hardware.ts';
import { type NamedService, type ServiceStart, serviceStart } from './service-start.ts';

/** What the user says, and what else is known. */
export interface NeedsOptions {
  readonly device: 'cpu' | 'gpu' | 'auto';
  readonly platform?: string | undefined;
  readonly healthPath?: string | undefined;
  readonly port?: number | undefined;
  readonly limits?: ResourceLimits | undefined;
  readonly hasCachedModels?: boolean | undefined;
  /** Every service that the compose file builds. */
  readonly siblings: readonly NamedService[];
}

/** Finds what a service needs; `named` is undefined for one that gets a new file. `study` is made with the service's own command. */
export async function serviceNeeds(
  { project, study }: { readonly project: Project; readonly study: ProjectStudy },
  named: NamedService | undefined,
  options: NeedsOptions,
): Promise<ServiceNeeds> {
  const { model } = project.dockerfile;
  const start = await serviceStart(project, named);
  const listening = await findListening(project, study, start);
  // Without an entry all sources count as the application: right for the Dockerfile's command, wrong for one of many others.
  const isKnown = study.application.entries.length > 0 || !start.isOverridden;
  const hardware = await serviceHardware({ project, study }, named, isKnown);
  const { hasCachedModels, healthPath, port } = options;
  const modelCache = isKnown ? decideModelCache({ project, study, start, hasCachedModels }) : undefined;
  const gpus = decideGpus(options.device, hardware, {
    named,
    siblings: options.siblings,
    elsewhere: named && (await gpuElsewhere(named)),
  });
  const hasGpu = named?.service.gpus !== undefined || (gpus !== undefined && 'value' in gpus);
  const device = options.device === 'auto' ? (hasGpu ? 'gpu' : hardware.verdict) : options.device;
  return {
    name: named?.service.name ?? 'app',
    platform: platformOf(project, options),
    buildTarget:
      named === undefined && project.target !== undefined
        ? { value: project.target, because: 'as asked' }
        : decideBuildTarget(model, device === 'unclear' ? undefined : device),
    ports: options.port === undefined ? publishable(listening, named) : [options.port],
    portFault: faultOfPort(listening, start),
    modelCache,
    healthCheck: await decideHealthCheck({
      project,
      study,
      start,
      listening,
      healthPath,
      port,
      hasModels: modelCache !== undefined,
    }),
    checkFault: named && faultOfCheck(project, named.service.healthcheck),
    sharedMemory: isKnown ? await sharedMemoryOf(project, study, start) : undefined,
    limits: await limitsOf(project, named?.service.name ?? 'app', options.limits),
    gpus,
  };
}

/** A new file publishes a port only where something serves: the published port would be taken for a sign of that by the next run. */
function publishable(
  { isServer, isWorker, ports }: Listening,
  named: NamedService | undefined,
): readonly number[] {
  return named === undefined && !isServer && !isWorker ? [] : ports;
}

/** As asked, else what a FROM or the other services say, else what the base image is for, else what most servers are. */
function platformOf({ dockerfile: { model } }: Project, options: NeedsOptions): Need<string> {
  if (options.platform !== undefined) return { value: options.platform, because: 'as asked' };
  const said = [
    ...model.stages.map(({ platform }) => platform),
    ...options.siblings.map(({ merged }) => merged['platform']),
  ].filter((one) => typeof one === 'string' && !one.includes('$'));
  const [first] = said;
  const agreed = typeof first === 'string' && said.every((one) => one === first) ? first : undefined;
  const value = agreed ?? (model.stages.some(({ base }) => isForArm(base)) ? 'linux/arm64' : 'linux/amd64');
  return {
    value,
    because:
      'every machine builds and runs the same image: without it one with another processor builds another image',
  };
}

/** Images for NVIDIA's Jetson, and those that say it in their name: `nvcr.io/nvidia/l4t-pytorch`, `arm64v8/python`. */
function isForArm(base: string): boolean {
  return /\bl4t-|\bjetson\b|^(docker\.io\/)?arm64v8\/|[-_](arm64|aarch64)\b/.test(base);
}

async function sharedMemoryOf(
  project: Project,
  study: ProjectStudy,
  start: ServiceStart,
): Promise<Need<string> | undefined> {
  const served = new Set(study.application.sources.map((source) => source.path));
  const [sign] = await sharedMemorySigns(project.texts.pythonSources.filter((file) => served.has(file.path)));
  const docker = 'Docker gives a container 64 MB';
  if (
    start.words.some((word) => /(^|\/)vllm$/.test(word)) ||
    start.words.some((word) => /^vllm\./.test(word))
  )
    return { value: '2gb', because: `the workers of vLLM talk through shared memory, and ${docker}` };
  return sign && { value: sign.size, because: `${sign.file}:${sign.line}: ${sign.reason}, and ${docker}` };
}

async function limitsOf(
  project: Project,
  service: string,
  asked: ResourceLimits | undefined,
): Promise<Need<ResourceLimits>> {
  if (asked?.memory !== undefined || asked?.cpus !== undefined) return { value: asked, because: 'as asked' };
  const known = await kubernetesLimits(project, service);
  return (
    known ?? {
      leftAlone:
        'nothing in the project tells how much it takes: see what docker stats shows under load, and give --memory and --cpus',
    }
  );
}
