import type { SecretTextKind } from './secret-text.ts';

/** How much a finding matters. */
export type Severity = 'error' | 'warning' | 'info';

/** What taking the remedy can break: nothing (`safe`), something that verification shows (`verify`), or a use that nobody can see from here (`opt-in`). */
export type Risk = 'safe' | 'verify' | 'opt-in';

/** Dead bytes are stored but invisible in the final file system; avoidable ones are visible and not needed at run time. */
export type WasteKind = 'dead' | 'avoidable';

/** Whose a file is: a Debian, Alpine, RPM or Conda package, or a Python distribution. */
export interface FindingOwner {
  readonly kind: 'dpkg' | 'apk' | 'rpm' | 'conda' | 'distribution';
  readonly name: string;
  readonly version: string;
}

/** An owner with the bytes of a finding that are its. */
export interface OwnedBytes extends FindingOwner {
  readonly sizeBytes: number;
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
  /** The package that brought all of the files. */
  readonly owner?: FindingOwner;
  /** Where the files are of several packages, or only in part of packages: those with the most bytes. */
  readonly owners?: readonly OwnedBytes[];
  /** Where in the project the cause stands. */
  readonly location?: FindingLocation;
  readonly severity: Severity;
  readonly risk: Risk;
  /** What to do about it, in a sentence. */
  readonly remedy: string;
  /** The id of the edit with which `plimsoll slim` does it, where one does. */
  readonly rewrite?: string;
  /** The name of the pass with which `plimsoll shrink` does it, where one does. */
  readonly pass?: string;
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
  | 'go'
  | 'pdm'
  | 'pre-commit'
  | 'huggingface'
  | 'zypper'
  | 'pacman'
  | 'bun'
  | 'bazel'
  | 'ccache';

/** What makes a file a secret. */
export type SecretFileKind =
  | 'environment file'
  | 'private key'
  | 'cloud credentials'
  | 'cluster credentials'
  | 'registry credentials'
  | 'package index credentials'
  | 'password file'
  | 'access token'
  | 'URL credentials';

/** How model weights are stored. */
export type WeightsFormat =
  | 'pickle'
  | 'torch'
  | 'safetensors'
  | 'gguf'
  | 'onnx'
  | 'hdf5'
  | 'tensorflow'
  | 'unknown';

/** Kinds that carry nothing beyond the common facts. */
export type PlainFindingKind =
  | 'overwritten-file'
  | 'deleted-file'
  | 'metadata-copy'
  | 'unchanged-copy'
  | 'bytecode'
  | 'orphaned-bytecode'
  | 'stale-bytecode'
  | 'git-directory'
  | 'editor-leftover'
  | 'tests-in-distribution'
  | 'compiler-toolchain'
  | 'headers'
  | 'static-library'
  | 'build-configuration'
  | 'unstripped-library'
  | 'notebook'
  | 'data-set'
  | 'archive'
  | 'package-archive'
  | 'documentation'
  | 'python-translations'
  | 'duplicate-file'
  | 'cuda-without-gpu'
  | 'duplicate-cuda'
  | 'log-or-dump'
  | 'core-dump'
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
  | (FindingFacts & {
      readonly kind: 'secret-in-history';
      readonly secret: SecretTextKind;
      /** The name that the secret was given: a variable or a command's option; absent for one that its shape gives away. */
      readonly variable?: string;
    })
  | (FindingFacts & { readonly kind: 'model-weights'; readonly format: WeightsFormat })
  | (FindingFacts & { readonly kind: 'missing-program'; readonly program: string })
  | (FindingFacts & { readonly kind: 'unpinned-base' | 'heavy-base'; readonly base: string });

/** The name of a class of findings. */
export type FindingKind = Finding['kind'];
