import type { BuildSecret, RewriteFacts, RewriteId } from '../dockerfile/index.ts';
import type { Risk } from '../finding/index.ts';
import type { DistributionFacts, RequirementsTree } from '../python/index.ts';
import type { CiCacheProposal } from './ci-cache/index.ts';
import type { ImageEvidence } from './image-libraries.ts';
import type { LeanFile } from './lean-file.ts';

/** The names of all edits, as `--only` and `--skip` take them. */
export type EditId = RewriteId | 'dockerignore' | 'compose' | 'ci-cache';

/** One change with everything that a person needs to agree to it. */
export interface PlannedEdit {
  readonly id: EditId;
  readonly title: string;
  readonly reason: string;
  readonly risk: Risk;
  /** Bytes of the image that it is expected to save; undefined where nothing tells. */
  readonly predictedBytes: number | undefined;
  /** A unified diff of what this edit alone changes. */
  readonly diff: string;
}

/** What is to be changed, what was left alone and why, and the files that come out. */
export interface Plan {
  readonly edits: readonly PlannedEdit[];
  readonly leftAlone: readonly { readonly what: string; readonly because: string }[];
  readonly files: readonly LeanFile[];
  /** Secrets that the lean Dockerfile must be built with, beside those that the project's own one asks for. */
  readonly secrets: readonly BuildSecret[];
}

/** A proposed `.dockerignore`: the text and what it keeps out. */
export interface IgnoreProposal {
  readonly path: string;
  readonly previous: string | undefined;
  readonly content: string;
  /** Bytes of the build context that are no longer sent. */
  readonly savedBytes: number;
  readonly reason: string;
  readonly leftAlone: readonly string[];
}

/** A proposed compose file. */
export interface ComposePlan {
  readonly path: string;
  readonly previous: string | undefined;
  readonly content: string;
  readonly title: string;
  readonly reason: string;
  /** Where volumes that it adds are mounted. */
  readonly volumePaths: readonly string[];
  readonly leftAlone: readonly { readonly what: string; readonly because: string }[];
}

/** Compose files to choose from; undefined where there is nothing to say. */
export interface ComposePlans {
  /** For an image with the models that the build puts into it. */
  readonly asBuilt: ComposePlan | undefined;
  /** For an image whose models have moved to a volume. */
  readonly withoutModels: ComposePlan | undefined;
}

/** Everything that the plan is decided by. */
export interface PlanInput {
  readonly dockerfile: {
    readonly path: string;
    readonly text: string;
    readonly target: string | undefined;
    readonly buildArgs: Readonly<Record<string, string>>;
  };
  readonly facts: RewriteFacts;
  /** One tree for each requirements file that the Dockerfile installs. */
  readonly requirements: readonly RequirementsTree[];
  readonly distributions: DistributionFacts;
  /** Requirements that no requirements file lists: of RUN instructions, of manifests. */
  readonly otherRequirements?: readonly string[];
  /** What uv, Poetry, PDM or Pipenv install. */
  readonly toolRequirements?: readonly string[];
  readonly imageEvidence?: ImageEvidence | undefined;
  readonly ignore: IgnoreProposal | undefined;
  readonly compose: ComposePlans;
  /** What the pipelines lack that build the project. */
  readonly ciCache: CiCacheProposal;
  readonly pruneScript: LeanFile;
  /** Opt-in edits that were asked for. */
  readonly asked?: ReadonlySet<EditId>;
  readonly predictedBytes: (id: EditId) => number | undefined;
  /** Problems that reading the project found: they are left alone. */
  readonly leftAlone: readonly { readonly what: string; readonly because: string }[];
}
