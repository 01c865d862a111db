import { devOnlyTable } from './knowledge/dev-only.ts';

/** Why a distribution is one for development. */
export interface DevelopmentPurpose {
  readonly reason: string;
  /** Modules of other distributions that need it at run time: `torch.utils.tensorboard` needs tensorboard. */
  readonly usedThrough: readonly string[];
  /** What files of other distributions are called that are only loaded in it, beside its own modules: `notebook`. */
  readonly places: readonly string[];
  /** Imports of it in functions are for test runs, or for somebody at a prompt. */
  readonly isForSessions: boolean;
  /** Needed while something is compiled from source. */
  readonly isNeededWhenCompiling: boolean;
  readonly source: string;
}

/** Why nobody needs this distribution (normalised name) at run time, or undefined; imports are for the caller to check. */
export function developmentPurpose(distribution: string): DevelopmentPurpose | undefined {
  return devOnlyTable.entries.find(
    (entry) =>
      entry.names.includes(distribution) || entry.prefixes.some((prefix) => distribution.startsWith(prefix)),
  );
}
