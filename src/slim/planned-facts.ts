import type { RewriteFacts } from '../dockerfile/index.ts';
import { ignoreMatcher, parseDockerignore } from '../dockerignore/index.ts';
import type { SplitRequirements } from '../python/index.ts';
import { heavyFacts } from './heavy-facts.ts';
import { withImageLibraries } from './image-libraries.ts';
import type { IgnoreProposal, PlanInput } from './plan-input.ts';
import { withSmaller } from './smaller-facts.ts';

/** The facts of the project with what the other edits of the plan make of its files. */
export function plannedFacts(
  input: PlanInput,
  splits: readonly SplitRequirements[],
  without: ReadonlySet<string>,
): RewriteFacts {
  const isSplit = !without.has('production-requirements');
  const developmentDistributions = isSplit ? input.facts.developmentDistributions : new Set<string>();
  const moved = splits.flatMap((split) => split.moved.map(({ name }) => name));
  const removed = [...moved, ...developmentDistributions];
  const facts = withSmaller(input.facts, !without.has('headless-opencv'));
  return {
    ...withImageLibraries(facts, input.imageEvidence, removed),
    heavy: heavyOf({ ...input, facts }, removed, without),
    stepInputs: stepsAsMeasured(input),
    isIgnored: ignoredBy(input.ignore, without),
    // What stays in editable form is judged as such.
    editablePackages: without.has('regular-install') ? undefined : input.facts.editablePackages,
    productionRequirements: isSplit ? new Map(splits.flatMap((split) => [...split.production])) : new Map(),
    developmentDistributions,
  };
}

/** Without an image nobody knows what a step writes; where it writes over the source, the order decides. */
function stepsAsMeasured({ facts, imageEvidence }: PlanInput): RewriteFacts['stepInputs'] {
  const touched = imageEvidence?.touchedFiles;
  if (touched === undefined || facts.stepInputs === undefined) return undefined;
  const [first] = touched;
  if (first === undefined) return facts.stepInputs;
  const because = `a step of the build changes or removes ${first}, which the source brings`;
  return new Map([...facts.stepInputs].map(([script, { paths }]) => [script, { paths, because }]));
}

/** By what the lean image installs. */
function heavyOf(
  input: PlanInput,
  removed: readonly string[],
  without: ReadonlySet<string>,
): RewriteFacts['heavy'] {
  const gone = new Set(removed);
  const isSwapped = !without.has('cpu-wheels');
  const { cpuRequirement, smaller, importStatements } = input.facts;
  return heavyFacts({
    requirements: input.requirements,
    otherRequirements: input.otherRequirements ?? [],
    toolRequirements: input.toolRequirements ?? [],
    distributions: input.imageEvidence?.distributions,
    isGone: (name) => gone.has(name) || (isSwapped && input.distributions.isGpuOnly(name)),
    replaced: (text) => (isSwapped ? cpuRequirement?.(text) : undefined) ?? smaller?.requirement(text),
    importStatements,
  });
}

/** By the ignore file as it is, or as it will be. */
function ignoredBy(
  ignore: IgnoreProposal | undefined,
  without: ReadonlySet<string>,
): RewriteFacts['isIgnored'] {
  if (ignore === undefined) return undefined;
  const text = without.has('dockerignore') ? (ignore.previous ?? '') : ignore.content;
  const matcher = ignoreMatcher(parseDockerignore(text, ignore.path));
  return (path) => matcher.isIgnored(path);
}
