/** What a distribution is there for, as far as it can be seen. */
export type DistributionUse =
  /** The application imports or starts it. */
  | 'used'
  /** Something that is used requires it. */
  | 'required'
  /** Only development uses it. */
  | 'development'
  /** Asked for, and nothing is seen to use it. */
  | 'unused'
  /** As `unused`, but there are ways to use it that cannot be seen. */
  | 'doubtful'
  /** pip and its like. */
  | 'installer'
  /** There is no code of an application to judge by. */
  | 'unknown';

/** One distribution and what it costs. */
export interface DependencyRow {
  readonly name: string;
  readonly version: string;
  readonly use: DistributionUse;
  /** Its own files. */
  readonly ownBytes: number;
  /** With all that would leave with it. */
  readonly withDependenciesBytes: number;
  /** What would leave with it, by name. */
  readonly exclusive: readonly string[];
  /** The nearest distribution that it would leave with; undefined where several bring it, or a requirement does. */
  readonly heldBy?: string;
  /** From the requirement to it: `['transformers', 'tokenizers', 'huggingface-hub']`. */
  readonly path: readonly string[];
  /** Where the first of `path` is asked for: `requirements.txt:2`; undefined where nothing tells. */
  readonly requestedAt?: string;
  /** It is asked for by name itself. */
  readonly isRequested: boolean;
  /** The evidence of `use`, the strongest first. */
  readonly evidence: readonly string[];
}

/** What a finding is about. */
export type DepsFindingKind =
  | 'missing-distribution'
  | 'missing-program'
  | 'unmet-requirement'
  | 'overwritten-files'
  | 'yanked'
  | 'gpu-without-gpu'
  | 'development'
  | 'unused'
  | 'same-purpose'
  | 'smaller-distribution'
  | 'unlisted-import'
  | 'unpinned';

/** How bad a finding is. */
export type DepsSeverity = 'error' | 'warning' | 'info';

/** Something to do about the dependencies. */
export interface DepsFinding {
  readonly kind: DepsFindingKind;
  readonly severity: DepsSeverity;
  /** Whom it is about. */
  readonly distributions: readonly string[];
  /** One sentence without a full stop. */
  readonly title: string;
  /** What speaks for it. */
  readonly evidence: readonly string[];
  /** What speaks against it, or cannot be seen. */
  readonly doubts: readonly string[];
  /** What to do, one sentence without a full stop. */
  readonly remedy: string;
  /** What would leave with all that only it brings; undefined where nothing leaves or it is not known. */
  readonly savedBytes?: number;
}

/** One line of the shortest list that gives the application what it uses. */
export interface MinimalRequirement {
  readonly name: string;
  readonly extras: readonly string[];
  readonly version: string;
  /** `torch==2.3.1`, `uvicorn[standard]==0.30.1`. */
  readonly text: string;
  /** Why it is on the list. */
  readonly because: string;
}

/** What the minimal list needs not name, though the application uses it. */
export interface BroughtAlong {
  readonly name: string;
  /** Who brings it. */
  readonly by: string;
  readonly because: string;
}

/** What was found out about the dependencies of a project or an image. */
export interface DepsReport {
  readonly subject: {
    readonly name: string;
    readonly kind: 'project' | 'image';
    readonly pythonVersion: string;
  };
  readonly total: { readonly distributions: number; readonly ownBytes: number };
  /** What is left when everything that `findings` would take away for sure is gone. */
  readonly lean: { readonly distributions: number; readonly ownBytes: number };
  /** Largest first, by what each costs with its exclusive dependencies. */
  readonly distributions: readonly DependencyRow[];
  readonly findings: readonly DepsFinding[];
  readonly minimal: readonly MinimalRequirement[];
  readonly broughtAlong: readonly BroughtAlong[];
  readonly target: { readonly device: 'cpu' | 'gpu'; readonly evidence: string };
  /** Distributions whose index does not tell whether they were yanked. */
  readonly yankedUnknown: readonly string[];
  readonly incomplete: readonly { readonly what: string; readonly because: string }[];
  readonly warnings: readonly string[];
}
