import type { PackageIndexes, ResolvedEnvironment, ResolveRequirementsOptions } from './resolution.ts';
import { resolveRequirements } from './resolve.ts';

/** One installation, with package indexes of its own. */
export interface InstallStep {
  readonly requirements: readonly string[];
  readonly constraints: readonly string[];
  readonly indexes: PackageIndexes;
  /** Nothing else is installed, whatever these require: a lock file, or `--no-deps`. */
  readonly isComplete?: boolean;
}

/** Resolves step by step as pip installs; what an earlier step brought is asked for by its URL afterwards, so that it stays. */
export async function resolveSteps(
  steps: readonly InstallStep[],
  target: Omit<ResolveRequirementsOptions, 'requirements' | 'constraints' | 'indexes'>,
): Promise<ResolvedEnvironment> {
  let resolved: ResolvedEnvironment = { wheels: [], warnings: [] };
  for (const step of steps) {
    const before = resolved.wheels.map((wheel) => `${wheel.name} @ ${wheel.url}`);
    resolved = await resolveRequirements({
      ...target,
      requirements: [...before, ...step.requirements],
      constraints: step.constraints,
      indexes: step.indexes,
      isComplete: step.isComplete === true,
    });
  }
  return resolved;
}
