import type { FoundResolver } from './find-resolver.ts';
import type { WheelPlatform } from './platform-tags.ts';

/** Where packages are looked for: pip's options of the same names. */
export interface PackageIndexes {
  /** `--index-url`; the resolver's own default when absent. */
  readonly indexUrl?: string;
  readonly extraIndexUrls?: readonly string[];
  readonly findLinks?: readonly string[];
  readonly trustedHosts?: readonly string[];
  /** `--no-index`: only `findLinks`. */
  readonly isWithoutIndex?: boolean;
  /** `--pre`. */
  readonly isPrereleaseAllowed?: boolean;
}

/** What is to be resolved, and for which Python. */
export interface ResolveRequirementsOptions {
  /** Requirements by name (PEP 508), one each. */
  readonly requirements: readonly string[];
  readonly constraints?: readonly string[];
  /** The requirements are all that is installed, as of a lock file: what they require is not added (`--no-deps`). */
  readonly isComplete?: boolean;
  /** `3.11`. */
  readonly pythonVersion: string;
  readonly platform: WheelPlatform;
  readonly indexes?: PackageIndexes;
  readonly resolver: FoundResolver;
  /** Handed to pip as they are, to uv not at all: `--retries 0`. */
  readonly pipOptions?: readonly string[];
  readonly signal?: AbortSignal;
}

/** A wheel that an installation would download. */
export interface ResolvedWheel {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  readonly url: string;
  /** Names within the resolution that it depends on; undefined where the resolver does not tell (uv). */
  readonly requires: readonly string[] | undefined;
  /** Names within the resolution that depend on it; empty for what only the user asked for. */
  readonly requestedBy: readonly string[] | undefined;
  /** Whether its maker took it back (PEP 592); undefined where the resolver does not tell. */
  readonly isYanked?: boolean | undefined;
  /** Of the wheel, in hexadecimal digits; undefined where the resolver does not tell. */
  readonly sha256?: string | undefined;
}

/** The outcome of a resolution. */
export interface ResolvedEnvironment {
  /** In order of names. */
  readonly wheels: readonly ResolvedWheel[];
  /** Reasons why the real installation may differ. */
  readonly warnings: readonly string[];
}
