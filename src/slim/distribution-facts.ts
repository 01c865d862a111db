import type { Project } from '../project/index.ts';
import {
  cpuVariant,
  type DistributionFacts,
  developmentPurpose,
  gpuCompanionOf,
  isUsedThrough,
  likelyDistributions,
  likelyModules,
  normaliseName,
  parseNamedRequirement,
} from '../python/index.ts';
import { buildCommands, startCommands, startsShell } from './needed-commands.ts';
import { stageThatUses } from './other-stages.ts';
import type { ProjectStudy } from './study-project.ts';

/** For whom the image is made, and how that is known. */
export interface TargetDecision {
  readonly device: 'cpu' | 'gpu';
  readonly source: 'given' | 'found';
  readonly evidence: readonly string[];
}

/** What the facts about distributions are drawn from. */
export interface DistributionFactsInput {
  readonly project: Project;
  readonly study: ProjectStudy;
  readonly target: TargetDecision;
}

/** What is known about the distributions that the requirements name. */
export function distributionFacts({ project, study, target }: DistributionFactsInput): DistributionFacts {
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
  const built = buildCommands(project);
  const isShell = startsShell(project);
  return {
    isDevelopmentSplit: true,
    developmentReason: (name) => developmentPurpose(name)?.reason,
    importedBy(name) {
      return (
        imported.get(name) ??
        likelyModules(name)
          .map((module) => imported.get(module.split('.')[0] ?? module))
          .find((place) => place !== undefined)
      );
    },
    usedThrough: (name) =>
      files.flatMap((file) =>
        file.imports
          .filter((one) => one.moment !== 'type-checking' && isUsedThrough(name, one))
          .map((one) => `${file.path}:${one.line} imports ${one.module}, which needs it or writes to it`),
      )[0],
    startedBy(name) {
      const start = [...started].find((command) => isOf(command, name));
      if (start !== undefined) return `the container starts ${start}`;
      if ([...built].some((command) => isOf(command, name))) return `a RUN of the image calls ${name}`;
      return isShell && developmentPurpose(name) !== undefined
        ? 'the container starts a shell, and who works in it may use it'
        : undefined;
    },
    usedByStage: stageThatUses(project),
    isGpuOnly: (name) => target.device === 'cpu' && gpuCompanionOf(name) !== undefined,
    ...cpuFacts(study, target),
  };
}

/** Does a program belong to a distribution? Jupyter's come from several. */
function isOf(command: string, name: string): boolean {
  if (/^jupyter/.test(command)) return /^(jupyter|notebook$|nbclassic$|nbconvert$|ipykernel$)/.test(name);
  return normaliseName(command) === name;
}

/** What becomes of the GPU builds among the requested distributions. */
export function cpuFacts(
  study: Pick<ProjectStudy, 'requirements' | 'inlineRequirements' | 'packageRequirements'>,
  { device }: Pick<TargetDecision, 'device'>,
): Pick<DistributionFacts, 'cpuName' | 'gpuExtras' | 'requiredBy'> {
  const requested = new Set([
    ...study.requirements.flatMap((tree) => tree.requested).map(({ line }) => normaliseName(line.name ?? '')),
    ...[...study.inlineRequirements, ...(study.packageRequirements ?? [])].flatMap((text) => {
      const parsed = parseNamedRequirement(text);
      return 'name' in parsed ? [parsed.name] : [];
    }),
  ]);
  const requiredBy = (name: string): string | undefined =>
    device === 'cpu' ? cpuVariant(name)?.requiredBy.find((one) => requested.has(one)) : undefined;
  return {
    cpuName: (name) => (device === 'cpu' && requiredBy(name) === undefined ? cpuNameOf(name) : undefined),
    gpuExtras: (name) =>
      device === 'cpu' && requiredBy(name) === undefined ? (cpuVariant(name)?.extrasDropped ?? []) : [],
    requiredBy,
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
