import type { RewriteFacts } from '../dockerfile/index.ts';
import { ignoreMatcher, parseDockerignore } from '../dockerignore/index.ts';
import type { SplitRequirements } from '../python/index.ts';
import { beyondHeavy } from './heavy-alone.ts';
import { type FoundHeavy, heavyFacts } from './heavy-facts.ts';
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
  const isGone = goneOf(input, removed, without);
  const found = heavyOf({ ...input, facts }, isGone, without);
  return {
    ...withImageLibraries(facts, input.imageEvidence, removed),
    heavy: found?.facts,
    stepInputs: found === undefined ? stepsAsMeasured(input) : stepsBesides(found, input),
    isIgnored: ignoredBy(input.ignore, without),
    // What stays in editable form is judged as such.
    editablePackages: without.has('regular-install') ? undefined : input.facts.editablePackages,
    productionRequirements: isSplit ? new Map(splits.flatMap((split) => [...split.production])) : new Map(),
    developmentDistributions,
  };
}

/** Where a step writes over the source, the order decides; without an image nobody knows what it writes. */
function stepsAsMeasured({ facts, imageEvidence }: PlanInput): RewriteFacts['stepInputs'] {
  const touched = imageEvidence?.touchedFiles;
  if (facts.stepInputs === undefined) return undefined;
  const [first] = touched ?? [];
  if (touched !== undefined && first === undefined) return facts.stepInputs;
  const because =
    first === undefined
      ? 'only the layers of the fat image, which was not built, show that no step changes files of the source'
      : `a step of the build changes or removes ${first}, which the source brings`;
  return new Map(
    [...facts.stepInputs].map(([script, step]) => [script, { ...step, because: step.because ?? because }]),
  );
}

/** Whether they could run in front of what is installed after the heavy distributions. */
function stepsBesides(
  { brought, installed, installers }: FoundHeavy,
  input: PlanInput,
): RewriteFacts['stepInputs'] {
  const distributions = input.imageEvidence?.distributions;
  const steps = stepsAsMeasured(input);
  if (distributions === undefined || steps === undefined) return steps;
  return new Map(
    [...steps].map(([script, step]) => {
      const { modules = [] } = step;
      const because = beyondHeavy({ modules, brought, installed, distributions, installers });
      return [script, { ...step, heavyAlone: { because } }];
    }),
  );
}

/** What of the fat image's distributions is not in the lean one. */
function goneOf(
  { distributions }: PlanInput,
  removed: readonly string[],
  without: ReadonlySet<string>,
): (name: string) => boolean {
  const gone = new Set(removed);
  const isSwapped = !without.has('cpu-wheels');
  return (name) => gone.has(name) || (isSwapped && distributions.isGpuOnly(name));
}

/** By what the lean image installs. */
function heavyOf(
  input: PlanInput,
  isGone: (name: string) => boolean,
  without: ReadonlySet<string>,
): FoundHeavy | undefined {
  const isSwapped = !without.has('cpu-wheels');
  const { cpuRequirement, smaller, importStatements } = input.facts;
  return heavyFacts({
    requirements: input.requirements,
    otherRequirements: input.otherRequirements ?? [],
    toolRequirements: input.toolRequirements ?? [],
    distributions: input.imageEvidence?.distributions,
    isGone,
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
