/** Where a distribution comes from, when it is not a package index. */
export interface DistributionPlace {
  readonly kind: 'path' | 'url' | 'vcs';
  /** As the file has it: `.`, `https://host/x.whl`, `https://host/x.git`. */
  readonly target: string;
}

/** What a distribution of a lock file needs. */
export interface NeededDistribution {
  /** Normalised. */
  readonly name: string;
  /** PEP 440. */
  readonly specifier?: string | undefined;
  readonly marker?: string | undefined;
}

/** One distribution that a file asks for or pins. */
export interface ListedDistribution {
  /** Normalised after PEP 503. */
  readonly name: string;
  /** The pinned version in a lock file; undefined in a manifest, and where only the place tells. */
  readonly version?: string;
  /** Of a manifest, after PEP 440: `>=2,<3`; empty for any version. */
  readonly specifier?: string;
  readonly extras: readonly string[];
  /** The environment marker (PEP 508), where it is not wanted everywhere. */
  readonly marker?: string;
  /** Group → its own marker, where groups want it in different places; one that is not in it wants it everywhere. */
  readonly markerOfGroup?: Readonly<Record<string, string>>;
  /**
   * The groups that bring it: `main` for the project's own dependencies, `extra:NAME` for an extra; `member:NAME:GROUP` for those of another
   * member of a workspace. Empty where the file does not tell.
   */
  readonly groups: readonly string[];
  readonly place?: DistributionPlace;
  /** The package index that it was locked from, where the file says it of each. */
  readonly indexUrl?: string;
  /** Installed by Conda, and no Python distribution of an index. */
  readonly isConda?: true;
  /** Normalised names of what it needs, where the file tells. */
  readonly requires?: readonly string[];
  /** The same with versions and markers, where the file tells these. */
  readonly needs?: readonly NeededDistribution[];
  /** Where a manifest asks for it, 1-based; absent where that is not found again, and of lock files. */
  readonly line?: number;
}

/** Something in a file that could not be read. */
export interface EnvironmentProblem {
  readonly path: string;
  /** 1-based; 0 for the file as a whole. */
  readonly line: number;
  readonly message: string;
}

/** What an environment file of Conda says beside what it lists. */
export interface CondaFacts {
  /** The environment that it makes, where it names one. */
  readonly name?: string;
  /** It sets variables, which only activating brings. */
  readonly hasVariables: boolean;
  /** It has pip install something. */
  readonly hasPipSection: boolean;
  /** Some of that from the source tree, in editable form. */
  readonly hasEditables: boolean;
}

/** What a manifest or lock file says about an environment. */
export interface EnvironmentFile {
  readonly path: string;
  /** `poetry.lock`, `uv.lock`, …: whose format it is. */
  readonly kind: EnvironmentFileKind;
  /** The project that the file is about, normalised, where it names one. */
  readonly projectName?: string;
  /** PEP 440, as written: `>=3.10`. */
  readonly requiresPython?: string;
  readonly distributions: readonly ListedDistribution[];
  /** Groups that Poetry leaves out unless it is asked for them. */
  readonly optionalGroups?: readonly string[];
  /** Groups that the lock file was made for, where it says so (PDM); they are installed where nobody chooses others. */
  readonly lockedGroups?: readonly string[];
  /** Groups that uv installs unasked, where the file says it. */
  readonly defaultGroups?: readonly string[] | 'all';
  /** Package indexes that it names in place of the default one, the first one first. */
  readonly indexUrls: readonly string[];
  /** Those that it names beside the default one, or beside `indexUrls`. */
  readonly extraIndexUrls?: readonly string[];
  /** Files that it includes (`-r` below `pip:` of a Conda environment), relative to it. */
  readonly includes: readonly string[];
  readonly problems: readonly EnvironmentProblem[];
  /** Of an `environment.yml` that could be read. */
  readonly conda?: CondaFacts;
  /** Set where groups exclude each other (`conflicts` of uv, `'gpu' not in extras` of PEP 751): what is installed then depends on all groups that are wanted at once. */
  readonly ofGroups?: (isWanted: (group: string) => boolean) => readonly ListedDistribution[];
}

/** The formats that are read. */
export type EnvironmentFileKind =
  | 'pylock.toml'
  | 'poetry.lock'
  | 'pdm.lock'
  | 'Pipfile.lock'
  | 'uv.lock'
  | 'environment.yml'
  | 'conda-lock.yml'
  | 'pyproject.toml'
  | 'Pipfile';

/** A file of which nothing could be read, with the reason. */
export function unreadableFile(
  path: string,
  kind: EnvironmentFileKind,
  { line = 0, message }: { readonly line?: number | undefined; readonly message: string },
): EnvironmentFile {
  return { path, kind, distributions: [], indexUrls: [], includes: [], problems: [{ path, line, message }] };
}
