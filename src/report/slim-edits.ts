import type { ReportedEdit } from './slim-report.ts';
import { counted, formatSaved } from './wording.ts';

/** The heading above the edits: what was done, or what is planned where nothing was built; and of how many edits. */
export function editsHeading(edits: readonly ReportedEdit[]): {
  readonly title: string;
  readonly count: string;
  /** What the reader has to know about all of them. */
  readonly note: string | undefined;
} {
  const isPlanned = edits.some(({ state }) => state === 'planned');
  const made = edits.filter(isMade).length;
  return {
    title: isPlanned ? 'What is planned' : 'What was done',
    count: `${made} of ${counted(edits.length, 'edit')}`,
    note: isPlanned
      ? 'Written into the lean files. Nothing was built, and nothing of it is verified.'
      : undefined,
  };
}

/** Whether an edit is part of the lean files. */
export function isMade({ state }: ReportedEdit): boolean {
  return state === 'applied' || state === 'planned';
}

/** `≈ −1.64 GB`: what an edit is expected to save; undefined where nothing tells, or where it was not made. */
export function predictedSaving(edit: ReportedEdit): string | undefined {
  const { predictedBytes } = edit;
  if (predictedBytes === undefined || predictedBytes === 0 || !isMade(edit)) return undefined;
  return `≈ ${formatSaved(predictedBytes)}`;
}
