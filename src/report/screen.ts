import { type Paint, painter } from './terminal-text.ts';

/** What a terminal can show. */
export interface TerminalOptions {
  /** Columns; everything is laid out in at least 60 and at most 140. */
  readonly width: number;
  readonly hasColour: boolean;
}

/** The terminal that a report is laid out for. */
export interface Screen {
  readonly width: number;
  readonly paint: Paint;
}

/** The screen for a terminal's options. */
export function screenFor(options: TerminalOptions): Screen {
  return { width: Math.min(140, Math.max(60, options.width)), paint: painter(options.hasColour) };
}
