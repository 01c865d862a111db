import { basename } from 'node:path';
import type { Audit } from '../../../audit/index.ts';
import type { Comparison, SizeNode } from '../../../compare/index.ts';
import type { MissingPart, ReportedEdit, SlimReport } from '../../../report/index.ts';
import { editIds, type Plan, type TakenBackEdit, type TargetDecision } from '../../../slim/index.ts';
import type { Verification } from '../../../verify/index.ts';

/** What the report is put together from. */
export interface ReportParts {
  readonly projectDir: string;
  readonly commandLine: string;
  readonly engine?: { readonly name: string; readonly version: string };
  readonly standInNotes: readonly string[];
  readonly target: TargetDecision;
  readonly comparison: Comparison;
  readonly trees?: { readonly fat: SizeNode; readonly lean: SizeNode };
  /** The plan as it was carried out. */
  readonly plan: Plan;
  /** The plan with every edit, for those that were taken back. */
  readonly wholePlan: Plan;
  readonly takenBack: readonly TakenBackEdit[];
  readonly skipped: ReadonlySet<string>;
  readonly audit?: Audit;
  readonly findings?: SlimReport['findings'];
  readonly verification?: Verification;
  /** Parts of a forecast that nobody could tell. */
  readonly missing?: readonly MissingPart[];
  readonly files: readonly string[];
  readonly warnings: readonly string[];
}

/** Puts the report together. */
export function reportOf(parts: ReportParts): SlimReport {
  return {
    projectName: basename(parts.projectDir),
    commandLine: parts.commandLine,
    ...(parts.engine === undefined
      ? {}
      : { engine: { name: parts.engine.name, version: parts.engine.version } }),
    standInNotes: parts.standInNotes,
    target: parts.target,
    comparison: parts.comparison,
    missing: parts.missing ?? [],
    ...(parts.trees === undefined ? {} : { trees: parts.trees }),
    edits: reportedEdits(parts),
    leftAlone: parts.plan.leftAlone,
    findings: [...(parts.findings ?? []), ...(parts.audit?.findings ?? [])],
    ...(parts.verification === undefined ? {} : { verification: parts.verification }),
    files: parts.files,
    warnings: parts.warnings,
  };
}

function reportedEdits({ plan, wholePlan, takenBack, skipped, engine }: ReportParts): ReportedEdit[] {
  // Without an engine nothing was built: what is in the lean files is only planned.
  const done = engine === undefined ? 'planned' : 'applied';
  const why = new Map(takenBack.map((edit) => [edit.id, edit.why]));
  const applied = new Set<string>(plan.edits.map((edit) => edit.id));
  const all = [...plan.edits, ...wholePlan.edits.filter((edit) => !applied.has(edit.id))];
  return all
    .sort((a, b) => editIds.indexOf(a.id) - editIds.indexOf(b.id))
    .map((edit): ReportedEdit => {
      const takenBackBecause = why.get(edit.id);
      const state = takenBackBecause !== undefined ? 'taken back' : applied.has(edit.id) ? done : 'skipped';
      const reason =
        takenBackBecause ??
        (skipped.has(edit.id) ? 'left out as asked' : 'it builds on an edit that was not made');
      return {
        id: edit.id,
        title: edit.title,
        reason: edit.reason,
        risk: edit.risk,
        ...(edit.predictedBytes === undefined ? {} : { predictedBytes: edit.predictedBytes }),
        state,
        ...(state === done ? {} : { why: reason }),
        diff: edit.diff,
      };
    });
}
