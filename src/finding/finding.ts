/** How much a finding matters. */
export type Severity = 'error' | 'warning' | 'info';

/** What taking the remedy can break: nothing (`safe`), something that verification shows (`verify`), or a use that nobody can see from here (`opt-in`). */
export type Risk = 'safe' | 'verify' | 'opt-in';

/** Dead bytes are stored but invisible in the final file system; avoidable ones are visible and not needed at run time. */
export type WasteKind = 'dead' | 'avoidable';

/** Whose a file is: a Debian or Alpine package, or a Python distribution. */
export interface FindingOwner {
  readonly kind: 'dpkg' | 'apk' | 'distribution';
  readonly name: string;
  readonly version: string;
}

/** A place in a text file of the project; lines count from 1. */
export interface FindingLocation {
  readonly file: string;
  readonly line?: number;
}

/** What every finding says, whatever its kind. */
export interface FindingFacts {
  /** Which waste the bytes are; undefined for a finding that is no waste (a secret, an unpinned base). */
  readonly waste?: WasteKind;
  /** Exact bytes that the paths hold; 0 where a finding is about no file. */
  readonly sizeBytes: number;
  /** The largest few of the paths, relative to the image's root or to the build context. */
  readonly paths: readonly string[];
  /** How many paths there are in all. */
  readonly pathCount: number;
  /** Position of the layer that stores the bytes, 0 the lowest. */
  readonly layer?: number;
  /** The instruction that made that layer, as the builder recorded it. */
  readonly instruction?: string;
  readonly owner?: FindingOwner;
  /** Where in the project the cause stands. */
  readonly location?: FindingLocation;
  readonly severity: Severity;
  readonly risk: Risk;
  /** What to do about it, in a sentence. */
  readonly remedy: string;
}

/** Programs whose caches are known. */
export type CacheOwner =
  | 'pip'
  | 'uv'
  | 'poetry'
  | 'pipenv'
  | 'conda'
  | 'npm'
  | 'yarn'
  | 'pnpm'
  | 'apt'
  | 'apk'
  | 'dnf'
  | 'cargo'
  | 'go';

/** What makes a file a secret. */
export type SecretFileKind =
  | 'environment file'
  | 'private key'
  | 'cloud credentials'
  | 'registry credentials';

/** Kinds that carry nothing beyond the common facts. */
export type PlainFindingKind =
  | 'overwritten-file'
  | 'deleted-file'
  | 'metadata-copy'
  | 'bytecode'
  | 'git-directory'
  | 'tests-in-distribution'
  | 'compiler-toolchain'
  | 'headers'
  | 'static-library'
  | 'notebook'
  | 'data-set'
  | 'documentation'
  | 'model-weights'
  | 'cuda-without-gpu'
  | 'duplicate-cuda'
  | 'log-or-dump'
  | 'context-bloat'
  | 'missing-dockerignore'
  | 'late-copy'
  | 'runs-as-root';

/** Something that Plimsoll noticed about an image or a project; `kind` tells which further fields it has. */
export type Finding =
  | (FindingFacts & { readonly kind: PlainFindingKind })
  | (FindingFacts & { readonly kind: 'package-manager-cache'; readonly manager: CacheOwner })
  | (FindingFacts & {
      readonly kind: 'dev-dependency' | 'heavy-dependency';
      readonly distribution: string;
      readonly version?: string;
      /** A lighter distribution that does the same, where one is known. */
      readonly alternative?: string;
    })
  | (FindingFacts & { readonly kind: 'secret-file'; readonly secret: SecretFileKind })
  | (FindingFacts & { readonly kind: 'secret-in-environment'; readonly variable: string })
  | (FindingFacts & { readonly kind: 'unpinned-base' | 'heavy-base'; readonly base: string });

/** The name of a class of findings. */
export type FindingKind = Finding['kind'];
