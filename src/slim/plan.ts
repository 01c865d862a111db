import {
  type BuildSecret,
  type RewriteFacts,
  type RewriteId,
  type RewrittenDockerfile,
  rewriteDockerfile,
  rewrites,
} from '../dockerfile/index.ts';
import type { Risk } from '../finding/index.ts';
import type { DistributionFacts, RequirementsTree, SplitRequirements } from '../python/index.ts';
import type { CiCacheProposal } from './ci-cache/index.ts';
import { ciCachePart } from './ci-cache-part.ts';
import { patch } from './edit-patch.ts';
import type { ImageEvidence } from './image-libraries.ts';
import type { LeanFile } from './lean-file.ts';
import { plannedFacts } from './planned-facts.ts';
import { gpuTitle, mergeFiles, requirementDiffs, splitAll } from './requirement-diffs.ts';

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

/** The ids of all edits in the order in which they are made. */
export const editIds: readonly EditId[] = [
  ...rewrites.map((rewrite) => rewrite.id),
  'dockerignore',
  'compose',
  'ci-cache',
];

/** Decides all edits but those of `without`; pure, so that an edit can be taken back by planning again. */
export function makePlan(input: PlanInput, without: ReadonlySet<string>): Plan {
  const splits = splitAll(input, without);
  const rewritten = rewriteDockerfile(input.dockerfile.text, plannedFacts(input, splits, without), {
    fileName: input.dockerfile.path,
    target: input.dockerfile.target,
    buildArgs: input.dockerfile.buildArgs,
    without: new Set(rewrites.map((rewrite) => rewrite.id).filter((id) => without.has(id))),
    asked: new Set(rewrites.map((rewrite) => rewrite.id).filter((id) => input.asked?.has(id) === true)),
  });
  const requirementFiles = mergeFiles(splits.flatMap((split) => split.files));
  const dockerfile = {
    path: input.dockerfile.path,
    content: rewritten.text,
    previous: input.dockerfile.text,
  };
  const hasPruning = rewritten.text.includes(input.pruneScript.path);
  const compose = isModelVolumeMade(rewritten) ? input.compose.withoutModels : input.compose.asBuilt;
  const extra = extraFiles(input, compose, without);
  const ci = ciCachePart(input, rewritten.text, without);
  const diffs = requirementDiffs(input, without);
  const edits = [
    ...rewritten.applied.map(
      (applied): PlannedEdit => ({
        id: applied.id,
        title: applied.title,
        reason:
          applied.id === 'production-requirements' ? movedReason(splits, applied.reason) : applied.reason,
        risk: applied.risk,
        predictedBytes: input.predictedBytes(applied.id),
        diff: `${patch(input.dockerfile.path, applied.before, applied.after)}${diffs.get(applied.id) ?? ''}`,
      }),
    ),
    ...fileOnlyEdits(input, {
      splits,
      applied: new Set(rewritten.applied.map((one) => one.id)),
      diffs,
    }),
    ...extra.edits,
    ...ci.edits,
  ];
  return {
    edits: edits.sort((a, b) => editIds.indexOf(a.id) - editIds.indexOf(b.id)),
    leftAlone: [
      ...input.leftAlone,
      ...rewritten.leftAlone.map(({ id, because }) => ({ what: titleOf(id), because })),
      ...rewritten.offered.map(({ id, title, reason }) => ({
        what: title,
        because: `it waits to be asked for with \`--with ${id}\`: ${reason}`,
      })),
      ...splits.flatMap((split) =>
        split.leftAlone.map((because) => ({ what: titleOf('production-requirements'), because })),
      ),
      ...(input.ignore?.leftAlone ?? []).map((because) => ({
        what: 'Keep files out of the build context',
        because,
      })),
      ...(without.has('compose') ? [] : (compose?.leftAlone ?? [])),
      ...ci.leftAlone,
    ],
    files: [
      dockerfile,
      ...requirementFiles,
      ...(hasPruning ? [input.pruneScript] : []),
      ...extra.files,
      ...ci.files,
    ],
    secrets: rewritten.applied.flatMap((one) => one.secrets),
  };
}

function isModelVolumeMade({ applied, text }: RewrittenDockerfile): boolean {
  return applied.some(({ id }) => id === 'model-volume') && text.includes('HF_HOME=/models');
}

function movedReason(splits: readonly SplitRequirements[], fallback: string): string {
  const moved = splits.flatMap((split) => split.moved.filter((one) => !one.isGpuOnly));
  if (moved.length === 0) return fallback;
  const names = moved
    .slice(0, 8)
    .map((one) => one.name)
    .join(', ');
  return `${names}${moved.length > 8 ? ` and ${moved.length - 8} more` : ''}: ${fallback}`;
}

interface FileContext {
  readonly splits: readonly SplitRequirements[];
  readonly applied: ReadonlySet<EditId>;
  /** What each edit changes in requirements files. */
  readonly diffs: ReadonlyMap<EditId, string>;
}

/** Requirements that change although the Dockerfile's own words stay: it installed the right file all along. */
function fileOnlyEdits(input: PlanInput, { splits, applied, diffs }: FileContext): PlannedEdit[] {
  const gpu = splits.flatMap((split) => [
    ...split.swapped,
    ...split.moved.filter((one) => one.isGpuOnly).map((one) => `${one.name} goes`),
  ]);
  const smaller = splits.flatMap((split) => split.smaller);
  const isMoved = splits.some((split) => split.moved.some((one) => !one.isGpuOnly));
  const reasons: readonly (readonly [RewriteId, string | undefined])[] = [
    [
      'production-requirements',
      isMoved ? movedReason(splits, 'nothing in the running container uses them') : undefined,
    ],
    ['headless-opencv', smaller.length > 0 ? `${smaller.join(', ')}: nothing opens a window` : undefined],
    ['cpu-wheels', gpu.length > 0 ? `${gpu.slice(0, 6).join(', ')}: nothing needs the GPU build` : undefined],
  ];
  return reasons.flatMap(([id, reason]): PlannedEdit[] =>
    reason === undefined || applied.has(id)
      ? []
      : [
          {
            id,
            title: id === 'cpu-wheels' ? gpuTitle(splits) : titleOf(id),
            reason,
            risk: 'verify',
            predictedBytes: input.predictedBytes(id),
            diff: diffs.get(id) ?? '',
          },
        ],
  );
}

function extraFiles(
  input: PlanInput,
  compose: ComposePlan | undefined,
  without: ReadonlySet<string>,
): { readonly edits: PlannedEdit[]; readonly files: LeanFile[] } {
  const edits: PlannedEdit[] = [];
  const files: LeanFile[] = [];
  const add = (edit: Omit<PlannedEdit, 'diff' | 'predictedBytes'>, file: LeanFile): void => {
    if (without.has(edit.id)) return;
    files.push(file);
    if (file.content === file.previous) return;
    edits.push({
      ...edit,
      predictedBytes: input.predictedBytes(edit.id),
      diff: patch(file.path, file.previous ?? '', file.content),
    });
  };
  const { ignore } = input;
  if (ignore !== undefined) {
    add(
      {
        id: 'dockerignore',
        title: 'Keep files out of the build context',
        reason: ignore.reason,
        risk: 'verify',
      },
      ignore,
    );
  }
  if (compose !== undefined) {
    add({ id: 'compose', title: compose.title, reason: compose.reason, risk: 'safe' }, compose);
  }
  return { edits, files };
}

function titleOf(id: RewriteId): string {
  return rewrites.find((rewrite) => rewrite.id === id)?.title ?? id;
}
