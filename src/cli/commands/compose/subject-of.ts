import { messageOf, UserError } from '../../../base/index.ts';
import type { ComposeSubjectService, ResourceLimits, ServiceNeeds } from '../../../compose/index.ts';
import {
  type Compose,
  inlineText,
  type Project,
  type ProjectOptions,
  readProject,
} from '../../../project/index.ts';
import { type ProjectStudy, studyProject } from '../../../slim/index.ts';
import { type NeedsOptions, serviceNeeds } from '../../service/service-needs.ts';
import type { NamedService } from '../../service/service-start.ts';
import type { ComposeOptions } from './compose-options.ts';

/** A service that is to be judged, or why it is not. */
export type JudgedService =
  | { readonly subject: ComposeSubjectService; readonly dockerfile: string }
  | { readonly name: string; readonly because: string };

/** What the one service of a new compose file needs. */
export async function newService(directory: string, options: ComposeOptions): Promise<JudgedService> {
  const given = { dockerfile: options.dockerfile };
  const { needs, path } = await needsOf(directory, given, undefined, needsOptions(options, [])).catch(
    (error: unknown) => {
      // -f names the compose file here.
      throw error instanceof UserError && error.hint !== undefined
        ? new UserError(error.message, { hint: error.hint.replace(/ -f\b/g, ' --dockerfile'), cause: error })
        : error;
    },
  );
  return {
    subject: { needs, effective: {}, build: { dockerfile: path === 'Dockerfile' ? undefined : path } },
    dockerfile: path,
  };
}

/** What a service of a compose file needs, each by its own command; `all` are the services that the file builds. */
export async function judgeService(
  named: NamedService,
  all: readonly NamedService[],
  { compose, options }: { readonly compose: Compose; readonly options: ComposeOptions },
): Promise<JudgedService> {
  const { service, merged } = named;
  const { name, dockerfile, target } = service;
  const refusal = refusalOf(named, compose);
  if (refusal !== undefined) return { name, because: refusal };
  const buildArgs = Object.fromEntries(
    Object.entries(service.args).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  const siblings = all.filter(({ service: other }) => other.name !== name);
  try {
    const text = dockerfile === undefined ? inlineText(merged) : undefined;
    const inline = text === undefined ? undefined : { name: `the inline Dockerfile of ${name}`, text };
    const given = { dockerfile, target, buildArgs, inline };
    const found = await needsOf(service.context, given, named, needsOptions(options, siblings));
    if (!found.hasPython)
      return { name, because: `there is no Python in what it is built from (${service.context})` };
    return { subject: { needs: found.needs, effective: merged }, dockerfile: found.path };
  } catch (error) {
    if (error instanceof UserError) return { name, because: messageOf(error) };
    throw error;
  }
}

interface FoundNeeds {
  readonly needs: ServiceNeeds;
  /** Of the Dockerfile, in the build context. */
  readonly path: string;
  readonly hasPython: boolean;
}

async function needsOf(
  context: string,
  given: Omit<ProjectOptions, 'isWithoutCompose'>,
  named: NamedService | undefined,
  options: NeedsOptions,
): Promise<FoundNeeds> {
  const project = await readProject(context, { ...given, isWithoutCompose: true });
  const study = await studyProject(project, named?.service);
  const needs = await serviceNeeds({ project, study }, named, options);
  const { buildTarget } = needs;
  if (given.target === undefined && buildTarget !== undefined && 'value' in buildTarget) {
    // Another stage than the one that was looked at: its command and user are the ones that count.
    const found = await needsOf(context, { ...given, target: buildTarget.value }, named, options);
    return { ...found, needs: { ...found.needs, buildTarget } };
  }
  return { needs, path: project.dockerfile.path, hasPython: hasPython(project, study) };
}

/** A service may have no code of its own: a server that pip installs, or code that is mounted. */
function hasPython({ dockerfile: { model } }: Project, study: ProjectStudy): boolean {
  const bases = model.stages.map(({ base }) => base);
  const commands = model.stages.flatMap(({ instructions }) =>
    instructions.flatMap((one) => one.commands ?? []),
  );
  return (
    study.sources.files.length > 0 ||
    bases.some((base) =>
      /(?:^|\/)(?:python|pytorch|tensorflow|\w*conda\w*|micromamba)(?:[:@/]|$)/.test(base),
    ) ||
    commands.some(({ words }) =>
      /(?:^|\/)(?:pip\d?|uv|poetry|pdm|pipenv|conda|mamba|micromamba)$/.test(words[0] ?? ''),
    )
  );
}

function refusalOf({ service }: NamedService, compose: Compose): string | undefined {
  if (!compose.origins.has(service.name)) return `it is only in the override file; name that with --file`;
  const unfollowed = compose.notFollowed.find((one) => one.startsWith(`${service.name} extends `));
  return unfollowed && `${unfollowed}, which could not be read: what it has is not known`;
}

function needsOptions(options: ComposeOptions, siblings: readonly NamedService[]): NeedsOptions {
  const limits: ResourceLimits = { memory: options.memory, cpus: options.cpus };
  return {
    device: options.target,
    platform: options.platform,
    healthPath: options.health,
    port: options.port,
    limits,
    siblings,
  };
}
