import { cpuTitle } from '../dockerfile/index.ts';
import type { DistributionFacts, SplitRequirements } from '../python/index.ts';
import { splitRequirements } from '../python/index.ts';
import { patch } from './edit-patch.ts';
import type { LeanFile } from './lean-file.ts';
import type { EditId, PlanInput } from './plan-input.ts';

/** What each requirements file that the Dockerfile installs becomes, without the edits of `without`. */
export function splitAll(input: PlanInput, without: ReadonlySet<string>): SplitRequirements[] {
  const isSwapped = !without.has('cpu-wheels');
  const facts: DistributionFacts = {
    ...input.distributions,
    isDevelopmentSplit: !without.has('production-requirements'),
    isGpuOnly: isSwapped ? input.distributions.isGpuOnly : () => false,
    cpuName: isSwapped ? input.distributions.cpuName : () => undefined,
    gpuExtras: isSwapped ? input.distributions.gpuExtras : undefined,
    smallerName: without.has('headless-opencv') ? undefined : input.facts.smaller?.nameOf,
  };
  return input.requirements.map((tree) => splitRequirements(tree, facts));
}

/** The edits that change requirements files, in the order in which they are made. */
const requirementEdits = ['production-requirements', 'cpu-wheels', 'headless-opencv'] as const;

/** What each edit changes in requirements files, on top of those before it. */
export function requirementDiffs(
  input: PlanInput,
  without: ReadonlySet<string>,
): ReadonlyMap<EditId, string> {
  const texts = new Map<string, string>();
  return new Map(
    requirementEdits.map((id, at) => {
      const splits = splitAll(input, new Set([...without, ...requirementEdits.slice(at + 1)]));
      const diff = mergeFiles(splits.flatMap((split) => split.files)).map(({ path, content, previous }) => {
        const before = texts.get(path) ?? previous ?? '';
        texts.set(path, content);
        return content === before ? '' : patch(path, before, content);
      });
      return [id, diff.join('')];
    }),
  );
}

/** The last word on each path. */
export function mergeFiles(files: readonly LeanFile[]): LeanFile[] {
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

/** The title of what becomes of GPU builds in requirements files: some are renamed, or only their companions go. */
export function gpuTitle(splits: readonly SplitRequirements[]): string {
  const names = splits.flatMap(({ swapped }) => swapped.map((one) => /^[\w.-]+/.exec(one)?.[0] ?? one));
  return names.length === 0 ? 'Leave out what only GPU builds need' : cpuTitle(names);
}
