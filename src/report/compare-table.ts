import { formatBytes } from '../base/index.ts';
import type { Comparison } from '../compare/index.ts';
import { groupLines } from './group-lines.ts';
import { layerLines } from './layer-columns.ts';
import { screenFor, type TerminalOptions } from './screen.ts';
import { plainText, wrap } from './terminal-text.ts';
import { formatSaved, headline } from './wording.ts';

const mostPackages = 15;

/** A comparison of two images for a terminal; ends with a line end. */
export function compareTable(comparison: Comparison, options: TerminalOptions): string {
  const screen = screenFor(options);
  const title = `${plainText(comparison.fat.name)} → ${plainText(comparison.lean.name)}`;
  const packages = comparison.packages.slice(0, mostPackages).map((change) => {
    const [before, after] = [change.fat, change.lean].map((one) =>
      one === undefined ? '–' : `${plainText(one.version)} ${formatBytes(one.sizeBytes)}`,
    );
    return `  ${plainText(change.name)}: ${before} → ${after} (${formatSaved(change.savedBytes)})`;
  });
  const sections = [
    [screen.paint(title, 'accent'), screen.paint(headline(comparison), 'bold')],
    groupLines({ comparison, standInNotes: [] }, screen),
    layerLines(comparison, screen, false),
    packages.length === 0 ? [] : [screen.paint('Packages that changed most', 'bold'), ...packages],
    comparison.assumptions
      .flatMap((line) => wrap(line, screen.width))
      .map((line) => screen.paint(line, 'dim')),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}
