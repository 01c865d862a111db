import { posix } from 'node:path';
import type { RewriteFacts } from '../dockerfile/index.ts';
import type { Project } from '../project/index.ts';
import {
  aptPackage,
  cpuVariant,
  type DebianSuite,
  developmentPurpose,
  gpuCompanionOf,
  likelyDistributions,
  likelyModules,
  normaliseName,
  packageOfCommand,
  parseNamedRequirement,
  pullsTorch,
  runtimePackagesOf,
  systemNeedsOf,
} from '../python/index.ts';
import { importStatement } from './application.ts';
import { compilesAtRunTime, hardCodedPaths } from './source-signs.ts';
import type { DistributionFacts } from './split-requirements.ts';
import type { ProjectStudy } from './study-project.ts';

/** For whom the image is made, and how that is known. */
export interface TargetDecision {
  readonly device: 'cpu' | 'gpu';
  readonly source: 'given' | 'found';
  readonly evidence: readonly string[];
}

/** What the facts are drawn from. */
export interface FactsInput {
  readonly project: Project;
  readonly study: ProjectStudy;
  readonly target: TargetDecision;
  readonly hasCacheMounts: boolean;
  /** Debian suite of the base image. */
  readonly suite: DebianSuite;
  /** Debian packages that an earlier attempt turned out to miss: package → why. */
  readonly foundMissing: ReadonlyMap<string, string>;
}

/** Where the pruning script lies in the project. */
export const pruneScriptPath = 'docker/prune-site-packages.py';

/** What the rewrites need to know, drawn from the project and the knowledge tables. */
export function rewriteFacts(input: FactsInput): RewriteFacts {
  const { project, study } = input;
  const distributions = distributionFacts(input);
  const names = requestedNames(study);
  return {
    hasCacheMounts: input.hasCacheMounts,
    requirementClosure: new Map(
      study.requirements.flatMap((tree) =>
        tree.files.map(
          (file) =>
            [
              file.path,
              closureOf(
                file.path,
                tree.files.map((one) => one.path),
                tree,
              ),
            ] as const,
        ),
      ),
    ),
    requirementFolders: requirementFolders(project),
    requirementsWithSource: new Set(
      study.requirements.flatMap((tree) =>
        tree.requested
          .filter(({ line }) => line.kind === 'reference' && line.referenceKind === 'path')
          .map(({ path }) => posix.basename(path)),
      ),
    ),
    productionRequirements: new Map(),
    developmentDistributions: new Set(
      study.inlineRequirements.flatMap((text) => {
        const name = nameOf(text);
        const isNeeded =
          name === undefined ||
          distributions.importedBy(name) !== undefined ||
          distributions.startedBy(name) !== undefined;
        return !isNeeded && distributions.developmentReason(name) !== undefined ? [name] : [];
      }),
    ),
    cpuWheels: cpuWheelsOf(input),
    classifyPackage: (name) => classify(name, input.suite),
    packageOfCommand,
    runtimeLibraries: runtimeLibraries(names, input),
    neededCommands: neededCommands(input),
    hardCodedPaths: hardCodedPaths(project),
    importStatements: tracedImports(study),
    compilesAtRunTime: compilesAtRunTime(input, [...names.keys()]),
    pruneScript: pruneScriptPath,
  };
}

/** Folders that hold requirements files and nothing else. */
function requirementFolders({ context, texts }: Project): Set<string> {
  const requirements = new Set(texts.requirements.map((file) => file.path));
  const folders = new Map<string, boolean>();
  for (const { path } of context.files) {
    const folder = posix.dirname(path);
    folders.set(folder, (folders.get(folder) ?? true) && requirements.has(path));
  }
  const isWhole = (folder: string): boolean =>
    [...folders].every(([other, isOnly]) => !other.startsWith(`${folder}/`) || isOnly);
  return new Set(
    [...folders].flatMap(([folder, isOnly]) => (folder !== '.' && isOnly && isWhole(folder) ? [folder] : [])),
  );
}

function closureOf(
  path: string,
  order: readonly string[],
  tree: ProjectStudy['requirements'][number],
): readonly string[] {
  const reached = new Set([path]);
  for (const known of reached) {
    const file = tree.files.find((one) => one.path === known);
    for (const line of file?.lines ?? [])
      if (line.kind === 'include') reached.add(posix.join(posix.dirname(known), line.target));
  }
  return order.filter((one) => reached.has(one));
}

/** What is known about the distributions that the requirements name. */
export function distributionFacts({
  project,
  study,
  target,
}: Pick<FactsInput, 'project' | 'study' | 'target'>): DistributionFacts {
  const files = [
    ...study.application.sources,
    ...study.application.buildSources,
    ...study.sources.files.filter((file) => file.role === 'application' || file.role === 'build'),
  ];
  const imported = new Map<string, string>();
  for (const file of files) {
    for (const found of file.imports.filter((one) => one.moment !== 'type-checking' && !one.isRelative)) {
      for (const distribution of likelyDistributions(found.module)) {
        const name = normaliseName(distribution);
        if (!imported.has(name)) imported.set(name, `${file.path}:${found.line}`);
      }
      for (const module of [found.module.split('.')[0] ?? ''])
        if (!imported.has(module)) imported.set(module, `${file.path}:${found.line}`);
    }
  }
  const started = startCommands(project);
  return {
    isDevelopmentSplit: true,
    developmentReason: (name) => developmentPurpose(name)?.reason,
    importedBy(name) {
      const direct =
        imported.get(name) ??
        likelyModules(name)
          .map((module) => imported.get(module.split('.')[0] ?? module))
          .find((place) => place !== undefined);
      if (direct !== undefined) return direct;
      const through = developmentPurpose(name)?.usedThrough ?? [];
      return files.flatMap((file) =>
        file.imports
          .filter((one) => through.some((module) => one.module.startsWith(module)))
          .map((one) => `${file.path}:${one.line}`),
      )[0];
    },
    startedBy: (name) =>
      [...started].find(
        (command) => normaliseName(command) === name || (name === 'notebook' && command === 'jupyter'),
      ),
    isGpuOnly: (name) => target.device === 'cpu' && gpuCompanionOf(name) !== undefined,
    cpuName: (name) => (target.device === 'cpu' ? cpuNameOf(name) : undefined),
  };
}

function cpuNameOf(name: string): string | undefined {
  const variant = cpuVariant(name);
  return variant === undefined
    ? undefined
    : variant.how === 'rename' || variant.how === 'index'
      ? variant.name
      : undefined;
}

function requestedNames(study: ProjectStudy): Map<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  for (const { line } of study.requirements.flatMap((tree) => tree.requested)) {
    if (line.name !== undefined) names.set(normaliseName(line.name), line.extras);
  }
  for (const text of study.inlineRequirements) {
    const parsed = parseNamedRequirement(text);
    if ('name' in parsed) names.set(parsed.name, parsed.extras);
  }
  return names;
}

function nameOf(requirement: string): string | undefined {
  const parsed = parseNamedRequirement(requirement);
  return 'name' in parsed ? parsed.name : undefined;
}

/** torch, torchvision and torchaudio as they are asked for, without CUDA pins; `torch` alone where another distribution pulls it. */
function cpuWheelsOf({ study, target }: FactsInput): RewriteFacts['cpuWheels'] {
  if (target.device !== 'cpu') return undefined;
  const lines = study.requirements.flatMap((tree) => tree.requested).filter((one) => !one.isConstraint);
  const asked = new Map<string, string>();
  for (const { line } of lines)
    if (line.kind === 'requirement' && cpuVariant(line.name)?.how === 'index')
      asked.set(line.name, `${line.name}${line.specifier.replace(/\+cu\d+/g, '')}`);
  for (const text of study.inlineRequirements) {
    const parsed = parseNamedRequirement(text);
    if ('name' in parsed && cpuVariant(parsed.name)?.how === 'index')
      asked.set(parsed.name, `${parsed.name}${parsed.specifier.replace(/\+cu\d+/g, '')}`);
  }
  const puller = [...requestedNames(study)].find(([name, extras]) => pullsTorch(name, extras));
  if (asked.size === 0 && puller === undefined) return undefined;
  const requirements =
    asked.has('torch') || asked.size === 0 ? [...asked.values()] : ['torch', ...asked.values()];
  const via = asked.size === 0 && puller !== undefined ? ` (${puller[0]} pulls torch)` : '';
  return {
    requirements: requirements.length > 0 ? requirements : ['torch'],
    evidence: `${target.source === 'given' ? 'made for the CPU as asked' : (target.evidence[0] ?? 'nothing in the project uses a GPU')}${via}`,
  };
}

/** What the application and the scripts of its build import when they start: a model that was pickled here loads their modules too. */
function tracedImports(study: ProjectStudy): string[] {
  const found = [...study.application.imports, ...study.application.buildImports];
  const statements = found
    .filter((one) => one.moment === 'top-level' && !one.isOptional)
    .map(importStatement);
  return [...new Set(statements)].sort();
}

function classify(name: string, suite: DebianSuite): ReturnType<RewriteFacts['classifyPackage']> {
  const purpose = aptPackage(name)?.purpose;
  const runtime = runtimePackagesOf(name, suite);
  if (purpose === 'build-tool') return { purpose: 'build', runtimePackages: [] };
  if (purpose === 'development-header' || /-dev$/.test(name)) {
    return runtime === undefined
      ? { purpose: 'unknown', runtimePackages: [] }
      : { purpose: 'header', runtimePackages: runtime };
  }
  if (purpose === 'developer-convenience' || purpose === 'fetch-tool')
    return { purpose: 'convenience', runtimePackages: [] };
  return {
    purpose: purpose === undefined && !/^lib.*\d$/.test(name) ? 'unknown' : 'run-time',
    runtimePackages: [],
  };
}

function runtimeLibraries(
  names: ReadonlyMap<string, readonly string[]>,
  input: FactsInput,
): RewriteFacts['runtimeLibraries'] {
  const found = new Map<string, string>();
  for (const [name, extras] of names) {
    const needs = systemNeedsOf(name, input.suite, extras);
    for (const packageName of needs?.packages ?? [])
      if (!found.has(packageName)) found.set(packageName, `${name} needs it`);
  }
  for (const [packageName, because] of input.foundMissing) found.set(packageName, because);
  return [...found].map(([packageName, because]) => ({ packageName, because }));
}

/** Commands that the application's code and the scripts it starts with call, each with its place. */
function neededCommands({ project, study }: FactsInput): Map<string, string> {
  const needed = new Map<string, string>();
  const files = new Set([...study.application.sources, ...study.application.buildSources]);
  for (const file of files) {
    for (const call of file.commands)
      for (const program of call.programs) needed.set(posix.basename(program), `${file.path}:${call.line}`);
  }
  const starts = startWords(project);
  for (const script of project.texts.shellScripts.filter((one) =>
    starts.some((word) => posix.basename(word) === posix.basename(one.path)),
  )) {
    for (const word of script.text.split(/[\s;&|()`"'$]+/))
      if (/^[a-z][\w.+-]*$/.test(word)) needed.set(word, script.path);
  }
  return needed;
}

function startWords(project: Project): string[] {
  const { model } = project.dockerfile;
  const instructions = model.stages[model.target]?.instructions ?? [];
  return instructions
    .filter((one) => ['cmd', 'entrypoint', 'healthcheck'].includes(one.syntax.keyword))
    .flatMap(({ syntax }) => syntax.json ?? syntax.value.split(/[\s;&|]+/));
}

function startCommands(project: Project): Set<string> {
  const starts = startWords(project);
  const scripts = project.texts.shellScripts.filter((one) =>
    starts.some((word) => posix.basename(word) === posix.basename(one.path)),
  );
  return new Set(
    [...starts, ...scripts.flatMap((script) => script.text.split(/[\s;&|()`"'$]+/))].map((word) =>
      posix.basename(word),
    ),
  );
}
