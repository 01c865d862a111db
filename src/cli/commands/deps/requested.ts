import type { Pin, Requested, RequirementsInstall } from '../../../deps/index.ts';

/** Who asks for what in a project, beside what is resolved. */
export interface ProjectRequirements {
  readonly requested: readonly Requested[];
  readonly installs: readonly RequirementsInstall[];
  /** What Conda brings beside. */
  readonly broughtByOthers: ReadonlySet<string>;
}

/** How far a specifier leaves the version open, with what a constraint says of it. */
export function pinOf(specifier: string, limit = ''): Pin {
  if (/^===?[^*]+$/.test(specifier) && !specifier.includes(',')) return 'exact';
  if (/^===?[^*]+$/.test(limit)) return 'locked';
  return specifier === '' ? 'any' : 'range';
}
