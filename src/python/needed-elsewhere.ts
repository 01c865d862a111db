import type { DistributionFacts } from './distribution-facts.ts';
import type { InstallLine } from './requirements.ts';

/** A requirement, and whether production can do without it. */
export interface JudgedRequirement {
  readonly path: string;
  readonly line: InstallLine;
  readonly verdict: { readonly goes: boolean };
}

/** Why nothing of a file may go that only development needs, or undefined: a stage for tests is made from the same file. */
export function neededElsewhere(
  requirements: readonly JudgedRequirement[],
  { isGpuOnly, usedByStage }: DistributionFacts,
): string | undefined {
  for (const { path, line, verdict } of requirements) {
    const name = verdict.goes ? line.name : undefined;
    const stage = name === undefined || isGpuOnly(name) ? undefined : usedByStage?.(name);
    if (stage !== undefined)
      return `${path}:${line.startLine}: ${name} stays, with all that only development needs: the stage ${stage} uses it`;
  }
  return undefined;
}
