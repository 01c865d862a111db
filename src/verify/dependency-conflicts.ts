import {
  isAllowedVersion,
  isVersion,
  judgeMarker,
  type MarkerEnvironment,
  normaliseName,
  parseNamedRequirement,
} from '../python/index.ts';
import type { Environment, InstalledVersion } from './environment.ts';

/** A requirement of an installed distribution that the environment does not meet. */
export interface DependencyConflict {
  /** The distribution that requires, with its version: `transformers 4.44.0`. */
  readonly distribution: string;
  /** What it requires, by its normalised name. */
  readonly requires: string;
  /** In pip's own words: `a 1.0 requires b, which is not installed.` */
  readonly text: string;
}

/** What `pip check` finds, and what could not be judged. */
export interface DependencyCheck {
  readonly conflicts: readonly DependencyConflict[];
  /** Requirements that no rule of PEP 508 or PEP 440 can read. */
  readonly notJudged: readonly string[];
}

/**
 * What `pip check` would say (pip, operations/check.py): each requirement whose marker holds without extras must be
 * installed in an allowed version, pre-releases counted in. Works without pip, which a lean image need not hold.
 */
export function dependencyConflicts(environment: Environment): DependencyCheck {
  const installed = new Map(environment.distributions.map((one) => [normaliseName(one.name), one]));
  const conflicts: DependencyConflict[] = [];
  const notJudged: string[] = [];
  for (const one of environment.distributions) {
    for (const requirement of one.requires) {
      const judged = judge(one, requirement, { installed, environment: environment.markers });
      if (judged === 'unreadable') notJudged.push(`${one.name} ${one.version}: ${requirement}`);
      else if (judged !== 'met') conflicts.push(judged);
    }
  }
  return { conflicts, notJudged };
}

function judge(
  owner: InstalledVersion,
  text: string,
  known: {
    readonly installed: ReadonlyMap<string, InstalledVersion>;
    readonly environment: MarkerEnvironment;
  },
): DependencyConflict | 'met' | 'unreadable' {
  const requirement = parseNamedRequirement(text);
  if ('error' in requirement) return 'unreadable';
  if (requirement.marker !== undefined) {
    const holds = judgeMarker(requirement.marker, known.environment);
    if (holds === undefined) return 'unreadable';
    if (!holds) return 'met';
  }
  const distribution = `${owner.name} ${owner.version}`;
  const conflict = (words: string): DependencyConflict => ({
    distribution,
    requires: requirement.name,
    text: `${distribution} ${words}`,
  });
  const present = known.installed.get(requirement.name);
  if (present === undefined) return conflict(`requires ${requirement.name}, which is not installed.`);
  if (!isVersion(present.version)) return 'unreadable';
  if (isAllowedVersion(present.version, requirement.specifier)) return 'met';
  return conflict(
    `has requirement ${requirement.nameAsWritten}${requirement.specifier}, but you have ${present.name} ${present.version}.`,
  );
}
