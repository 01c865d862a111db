import type { BuiltImage } from '../../../engines/index.ts';
import type { Project } from '../../../project/index.ts';
import { cpuVariant, findWebRoutes, type ProbeRequest, probeRequests } from '../../../python/index.ts';
import { importStatement, type ProjectStudy } from '../../../slim/index.ts';
import type { Probe, VerifyRequest } from '../../../verify/index.ts';
import { healthCheckPath } from './health-check-path.ts';
import type { ServiceFacts } from './service-facts.ts';
import type { SlimTask } from './slim-task.ts';

/** Routes, health path and ports: as given, else as Dockerfile, compose file and source tell. */
export async function findService({
  project,
  study,
  options,
}: Omit<SlimTask, 'service'>): Promise<ServiceFacts> {
  const served = new Set(study.application.sources.map((source) => source.path));
  const routes = await findWebRoutes(project.texts.pythonSources.filter((file) => served.has(file.path)));
  const health = routes.routes.find(
    (route) =>
      route.methods.includes('GET') &&
      /^\/(?:[\w-]+\/)*(health|healthz|healthcheck|livez|readyz|ready|live|ping)\/?$/i.test(route.path),
  );
  const healthPath = options.health ?? healthCheckPath(project.dockerfile.model) ?? health?.path;
  // The health path is asked anyway.
  const found = probeRequests(routes)
    .map(probeOf)
    .filter((probe) => probe.path !== healthPath || probe.method !== 'GET');
  return {
    probes: options.probes.length > 0 ? options.probes : found,
    healthPath,
    ports:
      options.ports.length > 0
        ? options.ports
        : [
            ...new Set([
              ...commandPorts(project),
              ...exposedPorts(project),
              ...routes.listens.map((one) => one.port),
            ]),
          ],
  };
}

/** What both images are asked: imports, probes, where to knock. */
export function serviceQuestions(
  { study, options, service, target }: SlimTask,
  fat: BuiltImage,
): Pick<VerifyRequest, 'imports' | 'probes' | 'healthPath' | 'ports' | 'env' | 'timeouts' | 'swaps'> {
  const exposed = fat.config.exposedPorts.map((port) => Number(port.split('/')[0]));
  const ports = service.ports.length > 0 ? service.ports : exposed;
  return {
    imports: [
      ...new Set(
        study.application.imports.filter((one) => one.moment !== 'type-checking').map(importStatement),
      ),
    ],
    probes: service.probes,
    ...(service.healthPath === undefined ? {} : { healthPath: service.healthPath }),
    ports,
    env: options.env,
    timeouts: { startSeconds: options.startSeconds },
    swaps: target.device === 'cpu' ? cpuSwaps(study) : [],
  };
}

/** Builds that are exchanged on purpose: their versions may differ. */
function cpuSwaps(study: ProjectStudy): { from: string; to: string }[] {
  const families = ['torch', 'torchvision', 'torchaudio'].map((name) => ({ from: name, to: name }));
  const renamed = study.requirements
    .flatMap((tree) => tree.requested)
    .flatMap(({ line }) => {
      const to = line.name === undefined ? undefined : cpuVariant(line.name)?.name;
      return line.name === undefined || to === undefined ? [] : [{ from: line.name, to }];
    });
  return [...families, ...renamed];
}

function probeOf({ method, path, query, jsonBody }: ProbeRequest): Probe {
  const search = query === undefined ? '' : new URLSearchParams(query).toString();
  const target = search === '' ? path : `${path}?${search}`;
  return jsonBody === undefined
    ? { method, path: target }
    : { method, path: target, body: JSON.stringify(jsonBody), contentType: 'application/json' };
}

/** `--port 8000`, `--bind 0.0.0.0:8000`, `-b :8000` in CMD, ENTRYPOINT and the scripts they call. */
function commandPorts(project: Project): number[] {
  const { model } = project.dockerfile;
  const starts = (model.stages[model.target]?.instructions ?? []).filter(
    (one) => one.syntax.keyword === 'cmd' || one.syntax.keyword === 'entrypoint',
  );
  const text = [
    ...starts.map(({ syntax }) => (syntax.json ?? [syntax.value]).join(' ')),
    ...project.texts.shellScripts.map((script) => script.text),
  ].join(' ');
  const patterns = [/--(?:server\.)?port[= ](\d{2,5})\b/g, /(?:--bind|-b)[= ]\S*?:(\d{2,5})\b/g];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => Number(match[1])));
}

function exposedPorts(project: Project): number[] {
  const { model } = project.dockerfile;
  return (model.stages[model.target]?.instructions ?? [])
    .filter((one) => one.syntax.keyword === 'expose')
    .flatMap((one) => one.syntax.value.split(/\s+/).map((word) => Number(word.split('/')[0])))
    .filter((port) => Number.isInteger(port) && port > 0);
}
