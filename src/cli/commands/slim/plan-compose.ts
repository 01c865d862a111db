import { posix } from 'node:path';
import { proposeCompose, type ServiceNeeds } from '../../../compose/index.ts';
import { formatPlatform } from '../../../image/index.ts';
import type { ComposeDocument } from '../../../project/index.ts';
import { type ComposePlan, type ComposePlans, studyProject } from '../../../slim/index.ts';
import { serviceNeeds } from '../../service/service-needs.ts';
import type { NamedService } from '../../service/service-start.ts';
import type { SlimOptions } from './slim-options.ts';
import type { SlimTask } from './slim-task.ts';

/** What a compose file is planned by. */
export type ComposeTask = Pick<SlimTask, 'project' | 'study'> & {
  readonly options: Pick<SlimOptions, 'target' | 'platform' | 'health' | 'ports'>;
};

/** Both compose files that a plan chooses from; `hasCachedModels` as for one. */
export async function planComposes(
  task: ComposeTask & { readonly options: Pick<SlimOptions, 'asked'> },
  hasCachedModels?: boolean,
): Promise<ComposePlans> {
  const asBuilt = await planCompose(task, hasCachedModels);
  // Where the models have left the image, a volume hides none.
  const isMoving = task.options.asked.has('model-volume');
  return { asBuilt, withoutModels: isMoving ? await planCompose(task, false) : asBuilt };
}

/**
 * The compose file that goes with the lean image; undefined where there is nothing to say: a batch job without port and models gets no
 * new file, and a file that builds something else stays as it is.
 */
export async function planCompose(
  task: ComposeTask,
  hasCachedModels?: boolean,
): Promise<ComposePlan | undefined> {
  const { project } = task;
  const main = project.compose?.documents[0];
  const { existing, services } = fileToPlan(task);
  if (main !== undefined && services.length === 0) return undefined;
  const needs = await Promise.all(
    (existing === undefined ? [undefined] : services).map((named) => needsOf(task, named, hasCachedModels)),
  );
  const [first] = needs;
  if (existing === undefined && first?.ports.length === 0 && first.modelCache === undefined) return undefined;
  const { path: dockerfile } = project.dockerfile;
  const { content, changes, leftAlone } = proposeCompose({
    previous: existing?.text,
    services: needs.map((one, at) => ({
      needs: one,
      effective: services[at]?.merged ?? {},
      build: { dockerfile: dockerfile === 'Dockerfile' ? undefined : dockerfile },
    })),
  });
  const made = new Set(changes.map((one) => one.id));
  return {
    path: existing === undefined ? 'compose.yaml' : posix.relative(project.directory, existing.file),
    previous: existing?.text,
    content,
    title: `Compose file with ${listed([...made].map((id) => words[id]))}`,
    reason: `so that the image runs the same way everywhere${made.has('model-cache') ? ', and models outlive the container' : ''}`,
    volumePaths: made.has('model-cache') ? needs.flatMap(modelPathOf) : [],
    leftAlone: leftAlone
      .filter(({ id }) => id === 'model-cache' || id === 'gpus')
      .map(({ title, because }) => ({ what: `${title} (compose file)`, because })),
  };
}

/** The compose file to plan, with its services that build this project: the main one, else one inside of the project that it includes. */
function fileToPlan(task: ComposeTask): {
  readonly existing: ComposeDocument | undefined;
  readonly services: readonly NamedService[];
} {
  const { compose, directory } = task.project;
  const all = builders(task);
  const [main] = compose?.documents ?? [];
  const inside = (compose?.included ?? []).filter(({ file }) => file.startsWith(`${directory}/`));
  const candidates = [...(main === undefined ? [] : [main]), ...inside];
  const ofFile = (document: ComposeDocument): readonly NamedService[] =>
    all.filter(({ service }) => compose?.origins.get(service.name) === document);
  const existing = candidates.find((document) => ofFile(document).length > 0) ?? main;
  return { existing, services: existing === undefined ? [] : ofFile(existing) };
}

function builders({ project }: ComposeTask): readonly NamedService[] {
  const { compose } = project;
  return (compose?.builders ?? []).map((service) => ({
    service,
    merged: compose?.merged.get(service.name) ?? {},
    file: (compose?.origins.get(service.name) ?? compose?.documents[0])?.file ?? '',
  }));
}

async function needsOf(
  task: ComposeTask,
  named: NamedService | undefined,
  hasCachedModels: boolean | undefined,
): Promise<ServiceNeeds> {
  const { project, options } = task;
  const { command, entrypoint } = named?.service ?? {};
  const isOther = command !== undefined || entrypoint !== undefined;
  const study = isOther ? await studyProject(project, named?.service) : task.study;
  const { platform } = options;
  const needs = await serviceNeeds({ project, study }, named, {
    device: options.target,
    platform: platform && formatPlatform(platform),
    healthPath: options.health,
    port: options.ports[0],
    hasCachedModels,
    siblings: builders(task),
  });
  return { ...needs, limits: undefined };
}

function modelPathOf({ modelCache }: ServiceNeeds): string[] {
  return modelCache !== undefined && 'value' in modelCache ? [modelCache.value.path] : [];
}

const words = {
  'build-target': 'build target',
  platform: 'platform',
  ports: 'port',
  'model-cache': 'model cache',
  'health-check': 'health check',
  'shared-memory': 'shared memory',
  limits: 'limits',
  gpus: 'GPU',
} as const;

function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${last}` : last;
}
