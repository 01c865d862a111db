import type { UserError } from '../../base/index.ts';
import type { LintFinding } from '../../dockerfile/index.ts';

/** One Dockerfile and what is wrong with it. */
export interface LintedFile {
  /** As given on the command line. */
  readonly file: string;
  readonly text: string;
  readonly findings: readonly LintFinding[];
  /** The text with every sure correction; undefined where nobody asked for it, and for a file that could not be checked. */
  readonly fixed: string | undefined;
  /** How many findings were corrected before this look at the file. */
  readonly correctedCount?: number;
  /** Why the file could not be checked. */
  readonly problem?: UserError;
}

/** Where a problem is, if its message tells (`Dockerfile:3: unknown instruction: FORM`), and the message without it. */
export function problemPlace({ file, problem }: LintedFile): {
  readonly line: number;
  readonly message: string;
} {
  const message = problem?.message ?? '';
  const place = message.startsWith(`${file}:`) ? /^(\d+): (.*)$/s.exec(message.slice(file.length + 1)) : null;
  return { line: Number(place?.[1] ?? 1), message: place?.[2] ?? message };
}
