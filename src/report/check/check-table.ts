import { formatBytes } from '../../base/index.ts';
import { gateLines } from '../gate-lines.ts';
import { screenFor, type TerminalOptions } from '../screen.ts';
import { plainText, wrap } from '../terminal-text.ts';
import { headline } from '../wording.ts';
import type { CheckReport } from './check-report.ts';

/** A checked image for a terminal or the log of a pipeline: what it weighs, and every gate; ends with a line end. */
export function checkTable(report: CheckReport, options: TerminalOptions): string {
  const screen = screenFor(options);
  const { paint, width } = screen;
  const { title, image, comparison, gates, notes } = report;
  const size = comparison === undefined ? formatBytes(image.contentBytes) : headline(comparison);
  const head = wrap(plainText(`${title}: ${size}`), width).map((line) => paint(line, 'bold'));
  const lines = gateLines(gates, screen, notes);
  return `${[...head, ...(lines.length === 0 ? [] : ['', ...lines])].join('\n')}\n`;
}
