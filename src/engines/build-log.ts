import type { BuildStep } from './engine.ts';

/** A step that failed, with what it printed last. */
export interface FailedStep {
  /** `[builder 3/6] RUN pip install …`. */
  readonly name: string;
  /** The last lines of its output, oldest first. */
  readonly output: readonly string[];
  /** The engine's own error for this step; empty where it gave none. */
  readonly error: string;
}

/** What a build's output tells once it has ended. */
export interface BuildOutcome {
  /** Finished steps, in the engine's own numbering. */
  readonly steps: readonly BuildStep[];
  readonly failed: FailedStep | undefined;
  /** The engine's last words that belong to no step: its final error, possibly several lines. */
  readonly message: string;
  /** The Dockerfile line that the engine itself names, 1-based. */
  readonly line: number | undefined;
}

/** Reads an engine's build output line by line. */
export interface BuildLog {
  /**
   * Takes the next line, which came `atSeconds` after the build began.
   * Returns what is being done now when this line tells it: a step's name, or the context that is being sent.
   */
  push(line: string, atSeconds: number): string | undefined;
  outcome(): BuildOutcome;
}

/** The most lines of a step's output that are kept. */
export const keptLines = 400;

/** Adds a line and forgets the oldest beyond `keptLines`. */
export function keepLine(lines: string[], line: string): void {
  lines.push(line);
  if (lines.length > keptLines) lines.shift();
}
