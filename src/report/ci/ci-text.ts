import type { PipelineImage } from '../../pipeline/index.ts';
import { type Screen, screenFor, type TerminalOptions } from '../screen.ts';
import { plainText, type Style, wrap } from '../terminal-text.ts';
import type { CiReport } from './ci-report.ts';

/** What became of a pipeline, for a terminal; ends with a line end. */
export function ciText(report: CiReport, options: TerminalOptions): string {
  const screen = screenFor(options);
  const sections = [
    headLines(report, screen),
    diffLines(report, screen),
    listLines('To set up once', report.preparations, screen),
    listLines('Left alone', report.notes, screen),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const outcomes: Readonly<Record<CiReport['outcome'], string>> = {
  written: 'is written',
  unchanged: 'is as it should be',
  left: 'is there, and was left as it is',
};

function headLines(report: CiReport, { paint, width }: Screen): string[] {
  const { path, outcome, images, repository, cache, branch } = report;
  const where = repository ?? (report.provider === 'generic' ? '$IMAGE' : "the service's own registry");
  const kept = cache === 'gha' ? "GitHub's cache" : 'the registry';
  return [
    ...wrap(plainText(`${path} ${outcomes[outcome]}`), width).map((line) => paint(line, 'bold')),
    ...images.flatMap((image) => indent(imageText(image), width)),
    ...indent(`pushed to ${where} from ${branch}; layers are kept in ${kept}`, width),
  ];
}

function imageText({ name, context, dockerfile, target, gatesFile, maxGrowth }: PipelineImage): string {
  const stage = target === undefined ? '' : `, stage ${target}`;
  const gates =
    maxGrowth === undefined
      ? `gates of ${gatesFile ?? 'the repository'}`
      : `no gates in the project: it may grow by ${maxGrowth}`;
  return `${name}: ${dockerfile}${stage}, from ${context}; ${gates}`;
}

function indent(text: string, width: number): string[] {
  return wrap(plainText(text), width - 4).map((line, position) => `${position === 0 ? '  ' : '    '}${line}`);
}

function listLines(title: string, texts: readonly string[], { paint, width }: Screen): string[] {
  if (texts.length === 0) return [];
  return [paint(title, 'bold'), ...texts.flatMap((text) => indent(text, width))];
}

const diffStyles: Readonly<Record<string, Style>> = { '+': 'good', '-': 'bad', '@': 'accent' };

function diffLines({ diff }: CiReport, { paint }: Screen): string[] {
  if (diff === '') return [];
  return diff
    .trimEnd()
    .split('\n')
    .map((line) => paint(plainText(line), diffStyles[line[0] ?? ''] ?? 'plain'));
}
