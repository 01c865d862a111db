import { type Screen, screenFor, type TerminalOptions } from '../screen.ts';
import { plainText, type Style, wrap } from '../terminal-text.ts';
import { counted } from '../wording.ts';
import type { ComposeReport } from './compose-report.ts';

/** What a compose file lacks, as a diff with its reasons; ends with a line end. */
export function composeText(report: ComposeReport, options: TerminalOptions): string {
  const screen = screenFor(options);
  const sections = [
    headLines(report, screen),
    report.isWritten ? [] : diffLines(report, screen),
    changeLines(report, screen),
    leftAloneLines(report, screen),
    closingLines(report, screen),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headLines({ file, isNew, services, changes }: ComposeReport, { paint, width }: Screen): string[] {
  const names = services.map(({ name, dockerfile }) => `${name} (${dockerfile})`).join(', ');
  const what =
    changes.length === 0
      ? `${file} needs no change`
      : `${counted(changes.length, 'change')} for ${filesOf(changes).join(', ')}${isNew ? ', which is new' : ''}`;
  return wrap(plainText(`${what}${names === '' ? '' : `: ${names}`}`), width).map((line) =>
    paint(line, 'bold'),
  );
}

function diffLines({ diff }: ComposeReport, { paint }: Screen): string[] {
  if (diff === '') return [];
  return diff
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => paint(plainText(line.replace(/\r$/, '')), styleOf(line)));
}

function styleOf(line: string): Style {
  if (/^(\+\+\+|---)/.test(line)) return 'bold';
  if (line.startsWith('+')) return 'good';
  if (line.startsWith('-')) return 'bad';
  return line.startsWith('@@') ? 'accent' : 'plain';
}

function changeLines({ changes, services }: ComposeReport, screen: Screen): string[] {
  const told = changes.map(({ id, service, reason }) => ({ id, service, text: reason }));
  return groupedLines(told, services.length > 1, { ...screen, style: 'good' });
}

function leftAloneLines({ leftAlone, passedOver, services }: ComposeReport, screen: Screen): string[] {
  const told = leftAlone.map(({ id, service, because }) => ({ id, service, text: because }));
  const lines = [
    ...groupedLines(told, services.length > 1, { ...screen, style: 'dim' }),
    ...passedOver.flatMap(({ what, because }) => entry(what, because, { ...screen, style: 'dim' })),
  ];
  return lines.length === 0 ? [] : [screen.paint('Left alone', 'bold'), ...lines];
}

/** What is the same for several services is said once. */
function groupedLines(
  told: readonly { readonly id: string; readonly service: string; readonly text: string }[],
  hasNames: boolean,
  screen: Screen & { readonly style: Style },
): string[] {
  const groups = [...Map.groupBy(told, ({ id, text }) => `${id}: ${text}`).values()];
  return groups.flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const names = group.map(({ service }) => service).join(', ');
    return entry(hasNames ? `${names}: ${first.id}` : first.id, first.text, screen);
  });
}

function entry(
  label: string,
  text: string,
  { paint, width, style }: Screen & { readonly style: Style },
): string[] {
  const [first = '', ...rest] = wrap(plainText(`${label}: ${text}`), width - 4);
  const head = `${plainText(label)}:`;
  return [
    `  ${paint(first.slice(0, head.length), style)}${first.slice(head.length)}`,
    ...rest.map((line) => `    ${line}`),
  ];
}

function closingLines({ changes, isWritten }: ComposeReport, { paint, width }: Screen): string[] {
  if (changes.length === 0) return [];
  const files = filesOf(changes).join(' and ');
  const [text, style]: readonly [string, Style] = isWritten
    ? [`${files} ${filesOf(changes).length > 1 ? 'are' : 'is'} written.`, 'good']
    : [`plimsoll compose --fix writes ${files}.`, 'dim'];
  return wrap(plainText(text), width).map((line) => paint(line, style));
}

function filesOf(changes: ComposeReport['changes']): readonly string[] {
  return [...new Set(changes.map(({ file }) => file))];
}
