import type { Comparison, ImageDiff } from '../compare/index.ts';
import { configLines, fileLines, packageLines } from './compare-changes.ts';
import { diffSentence, pullAfterSentence } from './compare-wording.ts';
import { groupLines } from './group-lines.ts';
import { layerLines } from './layer-columns.ts';
import { screenFor, type TerminalOptions } from './screen.ts';
import { plainText, wrap } from './terminal-text.ts';
import { anyTwoImages, headline } from './wording.ts';

/** A comparison of two images for a terminal, files and settings included where it has them; ends with a line end. */
export function compareTable(
  comparison: Comparison & { readonly diff?: ImageDiff },
  options: TerminalOptions,
): string {
  const screen = screenFor(options);
  const { diff } = comparison;
  const wrapped = (text: string): string[] => wrap(plainText(text), screen.width);
  const title = `${comparison.fat.name} → ${comparison.lean.name}`;
  const verdict = diff === undefined ? [] : wrapped(diffSentence(diff));
  const sections = [
    [
      ...wrapped(title).map((line) => screen.paint(line, 'accent')),
      ...wrapped(headline(comparison)).map((line) => screen.paint(line, 'bold')),
      ...verdict.map((line) => screen.paint(line, diff?.isEqual ? 'good' : 'warn')),
    ],
    [
      ...groupLines(
        { comparison, standInNotes: [], compressedTitle: 'compressed', images: anyTwoImages },
        screen,
      ),
      ...wrapped(pullAfterSentence(comparison)).map((line) => screen.paint(line, 'dim')),
    ],
    layerLines(comparison, screen, false),
    packageLines(comparison, screen),
    ...(diff === undefined ? [] : [fileLines(diff, screen), configLines(diff, screen)]),
    [...comparison.assumptions, ...(diff?.notCompared ?? [])]
      .flatMap(wrapped)
      .map((line) => screen.paint(line, 'dim')),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}
