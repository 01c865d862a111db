import {
  type RewriteId,
  type RewrittenDockerfile,
  rewriteDockerfile,
  rewrites,
} from '../dockerfile/index.ts';
import type { SplitRequirements } from '../python/index.ts';
import { ciCachePart } from './ci-cache-part.ts';
import { patch } from './edit-patch.ts';
import type { LeanFile } from './lean-file.ts';
import type { ComposePlan, EditId, Plan, PlanInput, PlannedEdit } from './plan-input.ts';
import { plannedFacts } from './planned-facts.ts';
import { gpuTitle, mergeFiles, requirementDiffs, splitAll } from './requirement-diffs.ts';

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
