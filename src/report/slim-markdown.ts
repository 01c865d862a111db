import { formatBytes, formatSeconds } from '../base/index.ts';
import type { ComparedSide, Saving } from '../compare/index.ts';
import { findingKinds } from '../finding/index.ts';
import { sumByKind } from './finding-lines.ts';
import { editsHeading, isMade, predictedSaving } from './slim-edits.ts';
import { writtenFiles } from './slim-files.ts';
import { missingTitle, slimHeadline } from './slim-headline.ts';
import type { ReportedEdit, SlimReport } from './slim-report.ts';
import { plainText } from './terminal-text.ts';
import {
  differencesInOrder,
  outcomeOf,
  startUpSeconds,
  statusChange,
  unverified,
  verdictOf,
} from './verdict.ts';
import {
  capital,
  counted,
  fatAndLean,
  formatAmount,
  formatBitRate,
  formatChange,
  formatDuration,
  formatSaved,
  layerCount,
  sharedLayerNotes,
  shortInstruction,
} from './wording.ts';

/** The report of `plimsoll slim` in GitHub's Markdown, for a pull request; ends with a line end. */
export function slimMarkdown(report: SlimReport): string {
  const blocks = [
    `## ${inert(report.projectName)}: ${slimHeadline(report)}`,
    ...(report.comparison.isForecast
      ? ['> **Forecast.** No image was measured; sizes are estimates with the uncertainty shown.']
      : []),
    missing(report),
    groupTable(report),
    notes(report),
    findings(report),
    edits(report.edits),
    leftAlone(report),
    verification(report),
    ...(report.missing.length > 0 ? [] : [layers(report)]),
    ...(report.warnings.length === 0 ? [] : [`### Warnings\n\n${list(report.warnings.map(inert))}`]),
    files(report),
    `<sub>Made by ${code(report.commandLine)}.</sub>`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** Text for Markdown in which nothing is acted upon: images and projects may hold markup, HTML and mentions. */
export function inert(text: string): string {
  return plainText(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_[\]|~#]/g, '\\$&')
    .replace(/@/g, '&#64;');
}

/** A code span of one line, fenced with more backticks than it holds; a bar would end a table's cell even inside it. */
export function code(text: string): string {
  const plain = plainText(text.replace(/\s*\r?\n\s*/g, ' '));
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 ? ' ' : '';
  return `${fence}${space}${plain.replace(/\|/g, '\\|')}${space}${fence}`;
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

function findings(report: SlimReport): string {
  const lines = sumByKind(report.findings)
    .slice(0, 10)
    .map(({ kind, sizeBytes, pathCount, worst }) => {
      const size = sizeBytes === 0 ? '' : `${formatBytes(sizeBytes)}, `;
      const files = pathCount === 0 ? '' : ` (${counted(pathCount, 'file')})`;
      return `${size}${inert(findingKinds[kind].title)}${files}: ${inert(worst.remedy)}`;
    });
  return lines.length === 0 ? '' : `### What makes it heavy\n\n${list(lines)}`;
}

function missing(report: SlimReport): string {
  if (report.missing.length === 0) return '';
  const items = report.missing.map(
    (part) => `**${inert(missingTitle(part, report))}**: ${inert(part.because)}. ${inert(part.hint)}`,
  );
  return `### What is missing\n\n${list(items)}`;
}

// Whoever reads a pull request has no use for the folders of another machine.
function files(report: SlimReport): string {
  if (report.files.length === 0) return '';
  const { folder, names } = writtenFiles(report.files);
  const last = folder.split('/').at(-1) ?? '';
  return `### Files\n\n${last === '' ? '' : `In ${code(last)}: `}${names.map(code).join(', ')}`;
}

function groupTable(report: SlimReport): string {
  const { groups, total } = report.comparison;
  const unknown = new Set(report.missing.map(({ group }) => group));
  const mark = report.standInNotes.length > 0 ? ' \\*' : '';
  const cells = (row: Saving): string =>
    [
      formatAmount(row.fat),
      formatAmount(row.lean),
      formatSaved(row.savedBytes),
      formatChange(row, total),
      formatBytes(row.fat.compressedBytes),
      formatBytes(row.lean.compressedBytes),
    ].join(' | ');
  const rows = groups
    .filter(({ group, fat, lean }) => fat.contentBytes > 0 || lean.contentBytes > 0 || unknown.has(group))
    .map(
      (row) =>
        `| ${row.title}${row.group === 'base' ? mark : ''} | ${unknown.has(row.group) ? 'unknown | unknown | – | – | | ' : cells(row)} |`,
    );
  return [
    '| | before | after | saved | | gzip before | gzip after |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
    ...(unknown.size > 0 ? [] : [`| **Total** | ${cells(total)} |`]),
  ].join('\n');
}

function notes(report: SlimReport): string {
  const { total, pull, isForecast } = report.comparison;
  const { target, engine } = report;
  const evidence = target.source === 'given' ? 'as given' : target.evidence.map(inert).join('; ');
  return [
    ...report.standInNotes.map((note) => `\\* ${inert(note)}`),
    `Target: **${target.device.toUpperCase()}** (${evidence}).${engine === undefined ? ' Nothing was built.' : ` Built by ${engine.name} ${engine.version}.`}`,
    ...(total.fat.deadBytes > 0 || total.lean.deadBytes > 0
      ? [`Dead bytes: ${formatBytes(total.fat.deadBytes)} → ${formatBytes(total.lean.deadBytes)}.`]
      : []),
    ...(report.missing.length > 0
      ? []
      : [
          `Pull at ${formatBitRate(pull.downlinkBitsPerSecond)}: ${formatDuration(pull.fat.totalSeconds, isForecast)} → ${formatDuration(pull.lean.totalSeconds, isForecast)}.`,
        ]),
    ...sharedLayerNotes(report.comparison, fatAndLean).map(inert),
  ].join('  \n');
}

function edits(all: readonly ReportedEdit[]): string {
  if (all.length === 0) return '';
  const { title, count, note } = editsHeading(all);
  const items = all.map((edit) => {
    const bytes = predictedSaving(edit);
    const saved = bytes === undefined ? '' : ` (${bytes})`;
    const state = isMade(edit) ? '' : ` — *${edit.state}*`;
    const why = edit.why === undefined ? '' : ` ${inert(edit.why)}`;
    return `**${inert(edit.title)}**${saved}${state}: ${inert(edit.reason)}${why}${diffBlock(edit)}`;
  });
  return [`### ${title}: ${count}`, ...(note === undefined ? [] : [note]), list(items)].join('\n\n');
}

function diffBlock(edit: ReportedEdit): string {
  if (edit.diff === undefined) return '';
  const longest = Math.max(2, ...[...edit.diff.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const body = edit.diff.trimEnd().split(/\r?\n/).map(plainText);
  const lines = [`${fence}diff`, ...body, fence].map((line) => `  ${line}`.trimEnd());
  return `\n  <details><summary>diff</summary>\n\n${lines.join('\n')}\n\n  </details>`;
}

function leftAlone(report: SlimReport): string {
  if (report.leftAlone.length === 0) return '';
  const items = report.leftAlone.map(({ what, because }) => `**${inert(what)}**: ${inert(because)}`);
  return `### Left alone\n\n${list(items)}`;
}

function verification(report: SlimReport): string {
  const { verification: result } = report;
  if (result === undefined) return `### Verification\n\n**${capital(unverified.fact)}** ${unverified.advice}`;
  const checks = result.checks.map(
    ({ name, outcome, detail }) => `| ${inert(name)} | ${outcomeOf(outcome).mark} | ${inert(detail)} |`,
  );
  const requests = result.requests.map(
    (request) =>
      `| ${code(request.probe)} | ${outcomeOf(request.outcome).mark} | ${statusChange(request)} ${inert(request.detail)} |`,
  );
  const seconds = startUpSeconds(result.startUp);
  const start =
    seconds === undefined
      ? []
      : [`| start-up | | ${formatSeconds(seconds.fat)} → ${formatSeconds(seconds.lean)} |`];
  const differences = differencesInOrder(result.differences).map(
    (one) => `**${one.severity}** ${inert(one.what)}: fat ${code(one.fat)}, lean ${code(one.lean)}`,
  );
  return [
    `### Verification\n\n${verdictOf(result).mark} ${inert(result.summary)}`,
    ['| check | | result |', '| --- | --- | --- |', ...checks, ...requests, ...start].join('\n'),
    ...(differences.length === 0 ? [] : [list(differences)]),
  ].join('\n\n');
}

function layers(report: SlimReport): string {
  const { fat, lean } = report.comparison;
  const table = (side: ComparedSide, title: string): string => {
    const hasDead = side.total.deadBytes > 0;
    const dead = (text: string): string => (hasDead ? ` ${text} |` : '');
    return [
      `**${title}**: ${layerCount(side)}, ${formatAmount(side.total)}`,
      '',
      `| size | gzip |${dead('dead')} instruction |`,
      `| ---: | ---: |${dead('---:')} --- |`,
      ...side.layers.map(
        (layer) =>
          `| ${formatBytes(layer.contentBytes)} | ${formatBytes(layer.compressedBytes)} |${dead(layer.deadBytes === 0 ? '' : formatBytes(layer.deadBytes))} ${code(cut(shortInstruction(layer.instruction)))} |`,
      ),
    ].join('\n');
  };
  return `<details><summary>Layers before and after</summary>\n\n${table(fat, 'Before')}\n\n${table(lean, 'After')}\n\n</details>`;
}

function cut(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
