import type { PackageIndexes } from '../python/index.ts';
import type { WheelContents } from './wheel-contents.ts';

/** One part of an image that a build would make. */
export interface ForecastRow {
  readonly group: 'base' | 'system-packages' | 'python-dependencies' | 'application';
  /** `python:3.11-slim`, `pip install`: what the row stands for. */
  readonly label: string;
  readonly sizeBytes: number;
  /** The true size is expected within `sizeBytes` ± this, in bytes. */
  readonly uncertaintyBytes: number;
  /** Where it is known. */
  readonly compressedBytes?: number;
  /** Equal in two forecasts when they share the layer. */
  readonly sharedKey?: string;
}

/** The layers that a build would make, as far as they can be told. */
export interface Forecast {
  /** Lowest first; a part that cannot be told has no row. */
  readonly rows: readonly ForecastRow[];
  /** What is missing or less certain, one sentence each. */
  readonly warnings: readonly string[];
}

/** How the Python distributions are installed. */
export interface PythonInstallation {
  /** `all`: pip compiles everything; `traced`: only what the application imports; `none`: nothing. */
  readonly bytecode: 'all' | 'traced' | 'none';
  /** Test suites of distributions are taken out. */
  readonly withoutTests: boolean;
  /** Headers and static libraries are taken out. */
  readonly withoutHeaders: boolean;
  /** Symbols of shared libraries are taken out. */
  readonly isStripped: boolean;
  /** In an environment of its own, which brings another pip. */
  readonly isVirtualEnvironment?: boolean;
  /** What pip downloaded stays in the layer. */
  readonly keepsPipCache?: boolean;
}

/** A `pip install` of a step before, with package indexes of its own. */
export interface EarlierInstall {
  readonly requirements: readonly string[];
  readonly constraints: readonly string[];
  readonly indexes: PackageIndexes;
}

/** What a Dockerfile asks for, as far as sizes depend on it. */
export interface ForecastRequest {
  /** `python:3.11-slim`. */
  readonly baseReference: string;
  readonly aptPackages: readonly string[];
  /** Without `--no-install-recommends`. */
  readonly aptWithRecommends: boolean;
  /** `/var/lib/apt/lists` stays in the layer. */
  readonly keepsAptLists?: boolean;
  /** Requirements by name (PEP 508). */
  readonly requirements: readonly string[];
  readonly constraints?: readonly string[];
  readonly indexes: PackageIndexes;
  /** Installations before that look elsewhere, such as torch from PyTorch's own index; what they bring stays as it is. */
  readonly earlierInstalls?: readonly EarlierInstall[];
  /** What COPY brings from the build context, in bytes. */
  readonly contextBytes: number;
  readonly python: PythonInstallation;
  /** `3.11`; where absent the base's reference tells. */
  readonly pythonVersion?: string;
  /** Default `x86_64`. */
  readonly architecture?: 'x86_64' | 'aarch64';
  /** Sentences about what nobody can tell beforehand; they become warnings. */
  readonly unmeasured?: readonly string[];
}

/** A wheel that the image would install. */
export interface WheelFacts {
  readonly name: string;
  readonly version: string;
  readonly contents: WheelContents;
  /** Whether pip keeps a copy in its cache: it does so for what comes over HTTP. */
  readonly isCachedByPip: boolean;
}

/** Everything that a forecast is made from. */
export interface ForecastFacts {
  readonly request: ForecastRequest;
  /** Undefined where the requirements could not be resolved; `problems` says why. */
  readonly wheels: readonly WheelFacts[] | undefined;
  /** What went wrong or is uncertain, one sentence each. */
  readonly problems: readonly string[];
}
