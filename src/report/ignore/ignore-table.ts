import { formatBytes } from '../../base/index.ts';
import type { IgnoreLineEffect, IgnoreSuggestion } from '../../dockerignore/index.ts';
import { type Cell, layOutGrid } from '../grid.ts';
import { type Screen, screenFor, type TerminalOptions } from '../screen.ts';
import { plainText, wrap } from '../terminal-text.ts';
import { counted } from '../wording.ts';
import { heaviestPlaces } from './heaviest-places.ts';
import type { CountedFiles, IgnoreReport, ReportedCut } from './ignore-report.ts';

const mostRows = 12;

/** A build context for a terminal; ends with a line end. */
export function ignoreTable(report: IgnoreReport, options: TerminalOptions): string {
  const screen = screenFor(options);
  const sections = [
    headLines(report, screen),
    sentLines(report, screen),
    cutLines(report, screen),
    secretLines(report, screen),
    effectLines(report, screen),
    idleLines(report, screen),
    proposalLines(report, screen),
    keptLines(report, screen),
    troubleLines(report, screen),
    closingLines(report, screen),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headLines(report: IgnoreReport, { paint, width }: Screen): string[] {
  const { ignoreFile, sent, requested, dockerfile } = report;
  const file = ignoreFile.isThere ? ignoreFile.path : 'no ignore file';
  const unused = ignoreFile.unused.map((path) => `${path} is not read: ${ignoreFile.path} overrides it.`);
  const partly =
    requested.fileCount === sent.fileCount
      ? []
      : [
          `${dockerfile} asks for ${sizeOf(requested)} of it; BuildKit transfers no more than that, other builders take all.`,
        ];
  return [
    ...wrap(plainText(`Build context ${report.directory} (${dockerfile}, ${file})`), width).map((line) =>
      paint(line, 'accent'),
    ),
    paint(`${sizeOf(sent)} sent`, 'bold'),
    ...[...unused, ...partly].flatMap((text) => wrap(plainText(text), width)),
  ];
}

function sizeOf({ sizeBytes, fileCount }: CountedFiles): string {
  return `${formatBytes(sizeBytes)} in ${counted(fileCount, 'file')}`;
}

function sentLines(report: IgnoreReport, screen: Screen): string[] {
  const places = heaviestPlaces(report);
  const rows = places
    .slice(0, mostRows)
    .map((place): Cell[] => [
      { text: formatBytes(place.sizeBytes) },
      { text: place.fileCount.toLocaleString('en-US') },
      { text: plainText(place.path) },
    ]);
  return [
    ...layOutGrid(
      {
        columns: [
          { title: 'sent', align: 'right' },
          { title: 'files', align: 'right' },
          { title: 'directory', overflow: 'wrap' },
        ],
        rows,
      },
      screen.width,
      screen.paint,
    ),
    ...more(places.length - mostRows, screen),
  ];
}

function cutLines({ cutSources, dockerfile, ignoreFile }: IgnoreReport, { paint, width }: Screen): string[] {
  return cutSources.flatMap((cut) => {
    const where = `${dockerfile}:${cut.dockerfileLine} ${cut.instruction === 'mount' ? 'mounts' : 'copies'} ${cut.source}`;
    const line = `${ignoreFile.path}:${cut.ignoreLine} (${cut.pattern})`;
    const text = plainText(`${cut.severity}: ${where}, but ${line} ${cutResult(cut)}.`);
    return wrap(text, width).map((one) => paint(one, cut.severity === 'error' ? 'bad' : 'warn'));
  });
}

function cutResult({ severity, path }: ReportedCut): string {
  return severity === 'error' ? `leaves ${path} out` : `leaves out all that is in ${path}`;
}

function secretLines({ secrets }: IgnoreReport, { paint, width }: Screen): string[] {
  if (secrets.length === 0) return [];
  return [
    paint(`${counted(secrets.length, 'file')} with secrets sent`, 'bad'),
    ...secrets.slice(0, mostRows).flatMap(({ path, secret, keptBecause }) => {
      const text = `${path}: ${secret}${keptBecause === undefined ? '' : `; stays, as ${keptBecause}`}`;
      return wrap(plainText(text), width - 2).map((line) => `  ${line}`);
    }),
    ...more(secrets.length - mostRows, { paint, width }),
  ];
}

function effectLines({ lines, ignoreFile }: IgnoreReport, screen: Screen): string[] {
  const active = lines.filter(({ effect }) => effect !== 'none');
  if (active.length === 0) return [];
  const rows = active.map((one): Cell[] => [
    { text: String(one.line) },
    { text: plainText(one.pattern) },
    { text: plainText(effectText(one)) },
  ]);
  return layOutGrid(
    {
      columns: [
        { title: 'line', align: 'right' },
        { title: plainText(ignoreFile.path) },
        { title: 'leaves out', overflow: 'wrap' },
      ],
      rows,
    },
    screen.width,
    screen.paint,
  );
}

function effectText({
  effect,
  closedDirectories,
  fileCount,
  sizeBytes,
  samplePaths,
}: IgnoreLineEffect): string {
  const [only] = closedDirectories;
  const directories =
    closedDirectories.length === 1
      ? [`${only}/`]
      : closedDirectories.length > 1
        ? [`${closedDirectories.length.toLocaleString('en-US')} directories: ${only}/, …`]
        : [];
  const files =
    fileCount === 0
      ? []
      : [
          fileCount === 1
            ? `${samplePaths[0]} (${formatBytes(sizeBytes)})`
            : sizeOf({ sizeBytes, fileCount }),
        ];
  const what = [...directories, ...files].join(', ');
  return effect === 'takes-back' ? `(back in) ${what}` : what;
}

function idleLines({ lines, ignoreFile }: IgnoreReport, { paint, width }: Screen): string[] {
  return lines
    .filter(({ effect }) => effect === 'none')
    .flatMap((one) => {
      const text = `${ignoreFile.path}:${one.line} (${one.pattern}) does nothing: ${idleText(one)}`;
      return wrap(plainText(text), width).map((line) => paint(line, 'dim'));
    });
}

function idleText({ because, otherLine }: IgnoreLineEffect): string {
  const other = otherLine === undefined ? 'another line' : `line ${otherLine}`;
  switch (because) {
    case 'covered':
      return `${other} is for the same files`;
    case 'closed':
      return `${other} leaves out the whole directory`;
    case 'undone':
      return `${other} decides otherwise`;
    case 'not-ignored':
      return 'no line leaves out what it takes back in';
    default:
      return 'nothing matches it';
  }
}

/** A reason that an earlier row has told is not told again. */
function reasonCell({ reason }: IgnoreSuggestion, earlier: readonly IgnoreSuggestion[]): Cell {
  const same = earlier.find((one) => one.reason === reason);
  if (same === undefined) return { text: plainText(reason) };
  const text = earlier.at(-1)?.reason === reason ? 'as above' : `as ${plainText(same.pattern)}`;
  return { text, style: 'dim' };
}

function proposalLines({ proposals, dropped, proposed, ignoreFile }: IgnoreReport, screen: Screen): string[] {
  const taken = dropped.flatMap(({ pattern, because }) =>
    wrap(plainText(`${pattern} is not proposed: ${because}`), screen.width).map((line) =>
      screen.paint(line, 'dim'),
    ),
  );
  if (proposals.length === 0) return taken;
  const rows = proposals.map((one, at): Cell[] => [
    { text: formatBytes(one.sizeBytes), style: 'good' },
    { text: one.fileCount.toLocaleString('en-US') },
    { text: plainText(one.pattern) },
    reasonCell(one, proposals.slice(0, at)),
  ]);
  const title = `${counted(proposals.length, 'line')} for ${ignoreFile.path}: ${sizeOf(proposed)} would be left`;
  return [
    ...wrap(plainText(title), screen.width).map((line) => screen.paint(line, 'bold')),
    ...layOutGrid(
      {
        columns: [
          { title: 'saves', align: 'right' },
          { title: 'files', align: 'right' },
          { title: 'line' },
          { title: 'because', overflow: 'wrap' },
        ],
        rows,
      },
      screen.width,
      screen.paint,
    ),
    ...taken,
  ];
}

function keptLines({ kept }: IgnoreReport, { paint, width }: Screen): string[] {
  return [
    ...kept.slice(0, mostRows).flatMap(({ path, reason }) => {
      return wrap(plainText(`${path} stays: ${reason}`), width).map((line) => paint(line, 'dim'));
    }),
    ...more(kept.length - mostRows, { paint, width }),
  ];
}

function troubleLines({ unreadable, specialPaths }: IgnoreReport, { paint, width }: Screen): string[] {
  const texts = [
    ...unreadable.map(({ path, reason }) => `${path} cannot be read: ${reason}`),
    ...specialPaths.map((path) => `${path} is a socket, a pipe or a device: leave it out`),
  ];
  return [
    ...texts
      .slice(0, mostRows)
      .flatMap((text) => wrap(plainText(text), width).map((line) => paint(line, 'warn'))),
    ...more(texts.length - mostRows, { paint, width }),
  ];
}

function closingLines({ fix, proposals, ignoreFile }: IgnoreReport, { paint, width }: Screen): string[] {
  if (fix !== undefined) {
    const text = fix.isWritten ? `${fix.path} is written.` : `${fix.path} needs no change.`;
    return [paint(plainText(text), 'good')];
  }
  if (proposals.length === 0) return [];
  const text = `plimsoll ignore --fix writes ${ignoreFile.path}; --dry-run shows the change.`;
  return wrap(plainText(text), width).map((line) => paint(line, 'dim'));
}

function more(count: number, { paint }: Screen): string[] {
  return count > 0 ? [paint(`… and ${count.toLocaleString('en-US')} more (--json)`, 'dim')] : [];
}
