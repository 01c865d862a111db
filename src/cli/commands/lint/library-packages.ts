import type { LintProject } from '../../../dockerfile/index.ts';
import { type DebianSuite, systemNeedsOf } from '../../../python/index.ts';

/** A distribution that is installed (normalised name), with the extras that are asked for. */
export interface WantedDistribution {
  readonly name: string;
  readonly extras: readonly string[];
}

/** The Debian packages of the libraries that distributions need; those that need none are left out. */
export function libraryPackages(
  wanted: readonly WantedDistribution[],
  suite: DebianSuite,
): LintProject['libraryPackages'] {
  return new Map(
    wanted.flatMap(({ name, extras }) => {
      const packages = systemNeedsOf(name, suite, extras)?.packages ?? [];
      return packages.length === 0 ? [] : [[name, packages] as const];
    }),
  );
}
