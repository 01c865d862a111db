import { basename, resolve } from 'node:path';
import { UserError } from '../../../base/index.ts';
import type { DepsSubject } from '../../../deps/index.ts';
import { uninstalledNames } from '../../../dockerfile/index.ts';
import { baseImage, describeDockerfileForForecast } from '../../../forecast/index.ts';
import { NoDockerfileError, type Project, readProject } from '../../../project/index.ts';
import {
  findResolver,
  type InstallStep,
  linuxEnvironment,
  type RequirementsTree,
  readRequirementsTree,
  type WheelPlatform,
} from '../../../python/index.ts';
import { type ProjectStudy, startCommands, studyProject, type TargetDecision } from '../../../slim/index.ts';
import type { CliEnvironment } from '../../environment.ts';
import { decideTarget } from '../slim/decide-target.ts';
import { applicationUses } from './application-uses.ts';
import { askYanked, indexUrlsOf } from './ask-yanked.ts';
import { configTexts } from './config-texts.ts';
import type { DepsOptions } from './deps-options.ts';
import { projectRequirements } from './project-requirements.ts';
import type { ProjectRequirements } from './requested.ts';
import { platformOf, pythonOfTag, versionOf } from './resolution-target.ts';
import { type ResolvedDistributions, resolveDistributions } from './resolve-distributions.ts';
import { standInDockerfile } from './stand-in.ts';
import {
  composeCommands,
  composeVariables,
  dockerfileVariables,
  installedAtStart,
  startedPrograms,
} from './start-settings.ts';
import { withoutUninstalled } from './without-uninstalled.ts';

/** A project with what is known of its dependencies. */
export interface ReadProjectSubject {
  readonly subject: DepsSubject;
  readonly project: Project;
  readonly study: ProjectStudy;
  readonly trees: readonly RequirementsTree[];
  readonly target: TargetDecision;
  /** Name → sha256 of the wheel that was resolved. */
  readonly hashes: ReadonlyMap<string, string>;
  /** The package indexes that may be asked; none with `--no-index`. */
  readonly indexUrls: readonly string[];
}

/** Reads a project, and resolves what its image would install. */
export async function projectSubject(
  options: DepsOptions,
  environment: CliEnvironment,
): Promise<ReadProjectSubject> {
  const directory = resolve(environment.cwd, options.subject);
  const list = options.file === undefined ? await standIn(directory, options) : undefined;
  const project = await readProject(directory, {
    dockerfile: options.file,
    acceptsAnyStage: true,
    standIn: typeof list === 'string' ? list : undefined,
  }).catch((error: unknown) => {
    throw error instanceof NoDockerfileError &&
      list instanceof UserError &&
      !/there is/.test(error.hint ?? '')
      ? list
      : error;
  });
  const study = await studyProject(project);
  const trees =
    options.requirement.length > 0 ? await namedTrees(project, options.requirement) : study.requirements;
  const target = await decideTarget(project, { ...study, requirements: trees }, options.target);
  const plan = {
    ...(await installPlan(project, trees, options)),
    isStandIn: project.dockerfile.text === list,
  };
  const resolved = await resolvePlan(plan, options, environment);
  const { pythonVersion, platform } = resolved;
  return {
    project,
    study,
    trees,
    target,
    hashes: resolved.hashes,
    indexUrls: options.index ? resolved.indexUrls : [],
    subject: {
      name: basename(directory),
      kind: 'project',
      pythonVersion,
      environment: linuxEnvironment(pythonVersion, platform.architecture),
      distributions: withoutUninstalled(resolved.distributions, uninstalledNames(project.dockerfile.model)),
      installs: plan.installs,
      requested: plan.requested,
      broughtByOthers: plan.broughtByOthers,
      uses: await usesOf(project, study),
      starts: startedPrograms(project),
      target: {
        device: target.device,
        evidence: target.evidence[0] ?? `made for the ${target.device.toUpperCase()} as asked`,
      },
      yanked: resolved.yanked,
      incomplete: [...plan.incomplete, ...installedAtStart(project)],
      warnings: [...resolved.warnings, ...study.problems.map(({ what, because }) => `${what}: ${because}`)],
    },
  };
}

interface ResolvedPlan extends ResolvedDistributions {
  readonly pythonVersion: string;
  readonly platform: WheelPlatform;
  readonly yanked: DepsSubject['yanked'];
  readonly indexUrls: readonly string[];
}

/** Resolves for the Python and the platform of the base image; throws a `UserError` where nothing is installed. */
async function resolvePlan(
  plan: InstallPlan,
  options: DepsOptions,
  environment: CliEnvironment,
): Promise<ResolvedPlan> {
  if (plan.steps.every(({ requirements }) => requirements.length === 0)) throw nothingInstalled(plan);
  const resolver = await findResolver(undefined, environment.signal);
  const pythonVersion =
    options.python ?? baseImage(plan.base)?.pythonVersion ?? pythonOfTag(plan.base) ?? versionOf(resolver);
  const platform = platformOf(options, plan.base);
  const task = environment.progress.start('resolving what the image would install');
  const resolved = await resolveDistributions(
    { steps: plan.steps, hasBytecode: plan.hasBytecode, pythonVersion, platform, resolver },
    environment,
    task,
  ).finally(() => task.done());
  const { distributions, yankedByResolver } = resolved;
  const indexUrls = indexUrlsOf(plan.steps.at(-1)?.indexes ?? {}, resolver.settings);
  const yanked = options.index
    ? await askYanked({ distributions, indexUrls, known: yankedByResolver }, environment)
    : new Map([...yankedByResolver].map(([name, is]) => [name, is ? '' : false] as const));
  return { ...resolved, pythonVersion, platform, yanked, indexUrls };
}

/** Or that there is nothing to install, which matters only where the project has no Dockerfile. */
async function standIn(directory: string, { requirement, python }: DepsOptions): Promise<string | UserError> {
  try {
    return await standInDockerfile(directory, requirement, python);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

async function namedTrees(project: Project, names: readonly string[]): Promise<readonly RequirementsTree[]> {
  const texts = new Map(project.texts.requirements.map((file) => [file.path, file.text]));
  return Promise.all(
    names.map(async (name) => {
      const path = name.replace(/^\.\//, '');
      if (!texts.has(path)) {
        throw new UserError(`the project has no requirements file ${name}`, {
          hint: `-r takes a path in the project${texts.size === 0 ? '' : `: ${[...texts.keys()].slice(0, 5).join(', ')}`}.`,
        });
      }
      return readRequirementsTree(path, (file) => Promise.resolve(texts.get(file)));
    }),
  );
}

interface InstallPlan extends ProjectRequirements {
  readonly base: string;
  readonly steps: readonly InstallStep[];
  readonly hasBytecode: boolean;
  readonly incomplete: DepsSubject['incomplete'];
  /** The project has no Dockerfile. */
  readonly isStandIn?: boolean;
}

/** What is resolved: what the Dockerfile installs, or the requirements files that were named. */
async function installPlan(
  project: Project,
  trees: readonly RequirementsTree[],
  { requirement }: DepsOptions,
): Promise<InstallPlan> {
  const texts = new Map(
    [...project.texts.requirements, ...project.texts.manifests].map((file) => [file.path, file.text]),
  );
  const described = await describeDockerfileForForecast(project.dockerfile.model, {
    readText: (path) => Promise.resolve(texts.get(path)),
    sentFiles: project.context.files,
  });
  const { baseReference: base, indexes } = described;
  const hasBytecode = described.python.bytecode === 'all';
  const asked = await projectRequirements(project, trees);
  if (requirement.length > 0) {
    const names = new Set(trees.flatMap(({ files }) => files.map(({ path }) => path)));
    const requested = asked.requested.filter(({ file }) => names.has(file));
    return {
      base,
      hasBytecode,
      requested,
      installs: [],
      broughtByOthers: new Set(),
      steps: trees.map((tree) => stepOf(tree, indexes)),
      incomplete: problemsOf(trees),
    };
  }
  const last: InstallStep = {
    requirements: described.requirements,
    constraints: described.constraints ?? [],
    indexes,
    ...(described.isComplete === true && { isComplete: true }),
  };
  return {
    base,
    hasBytecode,
    ...asked,
    steps: [...(described.earlierInstalls ?? []), last],
    incomplete: (described.missing ?? []).flatMap(({ group, because }) =>
      group === 'python-dependencies' ? [{ what: 'Python', because }] : [],
    ),
  };
}

function problemsOf(trees: readonly RequirementsTree[]): DepsSubject['incomplete'] {
  return trees.flatMap(({ problems }) =>
    problems.map(({ path, line, message }) => ({
      what: line === 0 ? path : `${path}:${line}`,
      because: message,
    })),
  );
}

function stepOf(tree: RequirementsTree, indexes: InstallStep['indexes']): InstallStep {
  const requirements: string[] = [];
  const constraints: string[] = [];
  for (const { line, isConstraint } of tree.requested) {
    if (line.kind !== 'requirement') continue;
    const extras = line.extras.length === 0 ? '' : `[${line.extras.join(',')}]`;
    const version = line.url === undefined ? line.specifier : ` @ ${line.url}`;
    const marker = line.marker === undefined ? '' : ` ; ${line.marker}`;
    (isConstraint ? constraints : requirements).push(`${line.nameAsWritten}${extras}${version}${marker}`);
  }
  const urls = (name: string): readonly string[] =>
    tree.options.flatMap((one) => (one.name === name && one.value !== undefined ? [one.value] : []));
  const indexUrl = urls('--index-url').at(-1);
  const extra = urls('--extra-index-url');
  return {
    requirements,
    constraints,
    indexes: {
      ...indexes,
      ...(indexUrl !== undefined && { indexUrl }),
      ...(extra.length > 0 && { extraIndexUrls: extra }),
    },
  };
}

function nothingInstalled({ incomplete, isStandIn }: InstallPlan): UserError {
  const [first] = incomplete;
  if (first === undefined) {
    const who = isStandIn === true ? 'what the project lists for production' : 'the Dockerfile';
    return new UserError(`${who} installs no Python requirements`, {
      hint: 'Name a requirements file with -r, or give an image.',
    });
  }
  // requirements.txt:3: …
  const isFile = /^[^\s:]+(?::\d+)?: /.test(first.because);
  return new UserError(`what is installed cannot be read: ${first.because}`, {
    hint:
      isFile || isStandIn === true
        ? 'Mend that file, or name a requirements file with -r.'
        : 'Build the image and give it in place of the directory.',
  });
}

async function usesOf(project: Project, study: ProjectStudy): Promise<DepsSubject['uses']> {
  const { sources, application } = study;
  return applicationUses({
    sources,
    application,
    texts: project.texts.pythonSources,
    scripts: project.texts.shellScripts,
    startWords: [
      // The compose file's own first: those of the image are told without their place.
      ...composeCommands(project),
      ...[...startCommands(project)].map((word) => ({ word, place: project.dockerfile.path })),
    ],
    configTexts: await configTexts(project),
    variables: [...dockerfileVariables(project), ...composeVariables(project)],
  });
}
