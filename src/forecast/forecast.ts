import type { DebianIndex } from '../distro/index.ts';
import type { InstallStep, LinkedDistribution, PackageIndexes, WheelLibraries } from '../python/index.ts';
import type { MeasuredBase } from './base-images.ts';
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

/** A part of the image whose size cannot be told, or not whole. */
export interface MissingRow {
  readonly group: ForecastRow['group'];
  /** One clause without a full stop. */
  readonly because: string;
  /** What to do about it. */
  readonly hint: string;
}

/** Something that makes a forecast less certain. */
export interface ForecastWarning {
  readonly text: string;
  /** Of the Dockerfile, counted from 1. */
  readonly line?: number;
}

/** A Python distribution that an image would have. */
export interface ForecastPackage {
  readonly name: string;
  readonly version: string;
  /** Installed; 0 for what the base brings. */
  readonly sizeBytes: number;
}

/** The layers that a build would make, as far as they can be told. */
export interface Forecast {
  /** Lowest first; a part that cannot be told whole has no row. */
  readonly rows: readonly ForecastRow[];
  /** Where this is not empty, the sum of the rows says nothing about the image. */
  readonly missing: readonly MissingRow[];
  readonly warnings: readonly ForecastWarning[];
  /** Python distributions, the base's where they are known; empty where they cannot be told. */
  readonly packages: readonly ForecastPackage[];
  /** What the native code of the wheels is linked with; of those that were looked at for it. */
  readonly linked: readonly LinkedDistribution[];
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
  /** In an environment of its own, with another pip in it. */
  readonly hasOwnPip?: boolean;
  /** pip or Python run in the image itself and leave bytecode of their own modules there. */
  readonly leavesOwnBytecode?: 'pip' | 'python' | 'none';
  /** The wheels that a tool made the environment from stay in the layer. */
  readonly keepsSeeds?: boolean;
  /** pip builds a project in the image itself, with tools that it fetches for that. */
  readonly buildsProject?: boolean;
  /** What pip downloaded stays in the layer. */
  readonly keepsPipCache?: boolean;
  /** The wheels that it is installed from lie in a layer, removed later or not. */
  readonly keepsWheels?: boolean;
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
  /** The requirements are all that is installed: of a lock file, or with `--no-deps`. */
  readonly isComplete?: boolean;
  /** Installations before that look elsewhere, such as torch from PyTorch's own index; what they bring stays as it is. */
  readonly earlierInstalls?: readonly InstallStep[];
  /** What COPY brings from the build context, in bytes. */
  readonly contextBytes: number;
  readonly python: PythonInstallation;
  /** `3.11`; where absent the base's reference tells. */
  readonly pythonVersion?: string;
  /** Default `x86_64`. */
  readonly architecture?: 'x86_64' | 'aarch64';
  /** What nobody can tell beforehand and is likely to be small. */
  readonly unmeasured?: readonly ForecastWarning[];
  /** What nobody can tell beforehand and may be large: installations that are not read. */
  readonly missing?: readonly MissingRow[];
}

/** A wheel that the image would install. */
export interface WheelFacts {
  readonly name: string;
  readonly version: string;
  readonly contents: WheelContents;
  /** Whether pip keeps a copy in its cache: it does so for what comes over HTTP. */
  readonly isCachedByPip: boolean;
  /** Where they were asked for and the wheel holds native code. */
  readonly libraries?: WheelLibraries | undefined;
}

/** Everything that a forecast is made from. */
export interface ForecastFacts {
  readonly request: ForecastRequest;
  /** Undefined where they cannot be told; `missing` says why. */
  readonly wheels: readonly WheelFacts[] | undefined;
  readonly missing: readonly MissingRow[];
  /** What is uncertain, one sentence each. */
  readonly problems: readonly string[];
  /** What an engine or a registry tells of the base; without it the table is asked. */
  readonly base?: MeasuredBase;
  /** The index that apt would install from; without it the table of system packages is asked. */
  readonly debian?: DebianIndex;
}
