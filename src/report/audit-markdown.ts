import type { Audit } from '../audit/index.ts';
import { formatBytes } from '../base/index.ts';
import { findingKinds } from '../finding/index.ts';
import type { GateResult } from '../policy/index.ts';
import {
  avoidableByLayer,
  baseShare,
  efficiencyText,
  inPlace,
  layerSize,
  layerSizeTitle,
  neededBytes,
  packageKindName,
  platformName,
  storedFact,
} from './audit-sums.ts';
import { doneBy } from './done-by.ts';
import { layerList, nameList, ownerList, sumByKind } from './finding-lines.ts';
import { gateTable } from './gate-table.ts';
import { code, inert } from './slim-markdown.ts';
import { counted, shortInstruction } from './wording.ts';

const shownFindings = 15;
const shownPackages = 15;
const severityMarks = { error: '🔴', warning: '🟠', info: '⚪' } as const;

/** An audit in GitHub's Markdown, for a pull request: long lists folded; ends with a line end. */
export function auditMarkdown(audit: Audit, gates: readonly GateResult[] = []): string {
  const { image } = audit;
  const blocks = [
    `## ${inert(image.name)}: ${formatBytes(image.contentBytes)}, could be ${formatBytes(neededBytes(audit))}`,
    facts(audit),
    gateTable(gates),
    findingTable(audit),
    layers(audit),
    packages(audit),
    unreadable(audit),
    '<sub>Made by `plimsoll audit`. Dead bytes are stored but hidden by a later layer; avoidable ones are visible and not needed at run time.</sub>',
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function facts(audit: Audit): string {
  const { image, layers: all } = audit;
  const share = baseShare(audit);
  return [
    `**${formatBytes(audit.deadBytes)}** dead · **${formatBytes(audit.avoidableBytes)}** avoidable · efficiency ${efficiencyText(audit)}`,
    [
      platformName(image.platform),
      ...(image.distribution === undefined ? [] : [inert(image.distribution)]),
      counted(all.length, 'layer'),
      counted(image.fileCount, 'file'),
      storedFact(image),
    ].join(' · '),
    ...(share === undefined
      ? []
      : [
          `${formatBytes(share.baseBytes)} base (${inert(share.name)}, ${share.layers}, ${share.evidence}) · ${formatBytes(share.userBytes)} on top of it (${share.userLayers})`,
        ]),
  ].join('  \n');
}

function unreadable({ unreadable: all }: Audit): string {
  if (all.length === 0) return '';
  const items = all.map(({ path, reason }) => `- ${code(path)}: ${inert(reason)}`);
  return ['**Could not be read**, so files or packages may be missing:', '', ...items].join('\n');
}

function findingTable({ findings }: Audit): string {
  const sums = sumByKind(findings);
  if (sums.length === 0) return 'Nothing found that could go.';
  const rows = sums
    .slice(0, shownFindings)
    .map(({ kind, sizeBytes, pathCount, worst, layers: where, all }) => {
      const doers = doneBy(worst).map(({ command, name }) => `${code(command)}: ${code(name)}`);
      const edit = doers.length === 0 ? '' : ` (${doers.join(', ')})`;
      const place = [
        ...nameList(all).map(inert),
        ...(where.length === 0 ? [] : [layerList(where)]),
        ...(pathCount === 0 ? [] : [counted(pathCount, 'file')]),
        ...ownerList(all).map(inert),
      ].join(', ');
      const sample = worst.paths[0] === undefined ? '' : `<br>${code(cut(worst.paths[0]))}`;
      return `| ${severityMarks[worst.severity]} | ${inert(findingKinds[kind].title)} | ${sizeBytes === 0 ? '–' : formatBytes(sizeBytes)} | ${place}${sample} | ${worst.risk} | ${spans(worst.remedy)}${edit} |`;
    });
  const more = sums.length - shownFindings;
  return [
    '### What could go',
    '',
    '| | finding | bytes | where | risk | remedy |',
    '| --- | --- | ---: | --- | --- | --- |',
    ...rows,
    ...(more > 0 ? ['', `and ${counted(more, 'more kind')}.`] : []),
  ].join('\n');
}

/** A sentence with what stands in backticks set as code. */
function spans(text: string): string {
  return text
    .split(/`([^`]+)`/)
    .map((part, i) => (i % 2 === 1 ? code(part) : inert(part)))
    .join('');
}

function layers(audit: Audit): string {
  const avoidable = avoidableByLayer(audit);
  const size = (bytes: number): string => (bytes === 0 ? '' : formatBytes(bytes));
  const rows = audit.layers.map(
    (layer) =>
      `| ${layer.position}${layer.isBase === true ? ' (base)' : ''} | ${formatBytes(layer.contentBytes)} | ${layerSize(audit, layer)} | ${size(layer.deadBytes)} | ${size(avoidable.get(layer.position) ?? 0)} | ${layer.instruction === undefined ? '' : code(cut(shortInstruction(layer.instruction)))} |`,
  );
  return folded(counted(audit.layers.length, 'layer'), [
    `| layer | content | ${layerSizeTitle(audit)} | dead | avoidable | instruction |`,
    '| ---: | ---: | ---: | ---: | ---: | --- |',
    ...rows,
  ]);
}

function packages({ packages: all }: Audit): string {
  if (all.length === 0) return '';
  const rows = all
    .slice(0, shownPackages)
    .map(
      (one) =>
        `| ${inert(`${one.name}${inPlace(one)}`)} | ${inert(one.version)} | ${packageKindName(one.kind)} | ${formatBytes(one.sizeBytes)} | ${one.fileCount.toLocaleString('en-US')} |`,
    );
  const title = `Largest packages (${Math.min(shownPackages, all.length)} of ${all.length.toLocaleString('en-US')})`;
  return folded(title, [
    '| package | version | kind | bytes | files |',
    '| --- | --- | --- | ---: | ---: |',
    ...rows,
  ]);
}

function folded(title: string, lines: readonly string[]): string {
  return `<details><summary>${title}</summary>\n\n${lines.join('\n')}\n\n</details>`;
}

function cut(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
