import { formatBytes } from '../base/index.ts';
import type { Comparison, DetailedComparison, Saving } from '../compare/index.ts';
import {
  aspectWords,
  changedPackages,
  diffSentence,
  fileSizes,
  packageSummary,
  pullAfterSentence,
  settingName,
  settingValues,
  shownPath,
} from './compare-wording.ts';
import { code, inert } from './slim-markdown.ts';
import {
  anyTwoImages,
  formatAmount,
  formatChange,
  formatSaved,
  headline,
  sharedLayerNotes,
  sizeChange,
} from './wording.ts';

const mostPackages = 25;

type Shown = Comparison & Partial<Pick<DetailedComparison, 'diff'>>;

/** A comparison in GitHub's Markdown, for a pull request: long lists folded; ends with a line end. */
export function compareMarkdown(comparison: Shown): string {
  const { fat, lean, total } = comparison;
  const blocks = [
    `## ${inert(fat.name)} → ${inert(lean.name)}: ${sizeChange(total)}`,
    ...comparisonBlocks(comparison),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** What stands below the heading: sentences, tables, notes. */
export function comparisonBlocks(comparison: Shown): readonly string[] {
  const { diff } = comparison;
  return [
    `${diff === undefined ? '' : `**${inert(diffSentence(diff))}**  \n`}${inert(headline(comparison))}  \n${inert(pullAfterSentence(comparison))}`,
    groupTable(comparison),
    sharedLayerNotes(comparison, anyTwoImages).map(inert).join('  \n'),
    packages(comparison),
    files(comparison),
    configuration(comparison),
    notes(comparison),
  ].filter((block) => block !== '');
}

function groupTable({ groups, total }: Shown): string {
  const row = (title: string, saving: Saving): string => {
    const cells = [
      formatAmount(saving.fat),
      formatAmount(saving.lean),
      formatSaved(saving.savedBytes),
      formatChange(saving, total),
      formatBytes(saving.fat.compressedBytes),
      formatBytes(saving.lean.compressedBytes),
    ];
    return `| ${title} | ${cells.join(' | ')} |`;
  };
  return [
    '| | before | after | saved | | compressed before | compressed after |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...groups
      .filter((group) => group.fat.contentBytes > 0 || group.lean.contentBytes > 0)
      .map((group) => row(group.title, group)),
    row('**Total**', total),
  ].join('\n');
}

function packages(comparison: Shown): string {
  const changes = changedPackages(comparison);
  if (changes.length === 0) return '';
  const version = (one: { readonly version: string } | undefined): string =>
    one === undefined ? '–' : code(one.version);
  const rows = changes
    .slice(0, mostPackages)
    .map(
      (one) =>
        `| ${inert(one.name)} | ${version(one.fat)} | ${version(one.lean)} | ${formatSaved(one.savedBytes)} |`,
    );
  const left = changes.length - rows.length;
  return [
    `### Packages: ${packageSummary(changes)}`,
    ['| package | before | after | bytes |', '| --- | --- | --- | ---: |', ...rows].join('\n'),
    ...(left > 0 ? [`and ${left.toLocaleString('en-US')} more`] : []),
  ].join('\n\n');
}

const changeWords = { added: 'added', removed: 'removed', changed: 'changed' } as const;

function files({ diff }: Shown): string {
  if (diff === undefined || diff.files.changes.length === 0) return '';
  const { changes, isComplete } = diff.files;
  const rows = changes.map((change) => {
    const words = aspectWords(change);
    return `| ${changeWords[change.change]} | ${fileSizes(change)} | ${code(shownPath(change))} | ${inert(words)} |`;
  });
  const title = isComplete ? 'Files' : `Files (the largest ${changes.length})`;
  const table = ['| | size | path | |', '| --- | ---: | --- | --- |', ...rows].join('\n');
  return `<details><summary>${title}</summary>\n\n${table}\n\n</details>`;
}

function configuration({ diff }: Shown): string {
  if (diff === undefined || diff.config.length === 0) return '';
  const items = diff.config.map((change) => {
    const values = settingValues(change);
    return `- ${changeWords[change.change]} ${code(settingName(change))}${values === '' ? '' : `: ${code(values)}`}`;
  });
  return `### Configuration\n\n${items.join('\n')}`;
}

function notes({ assumptions, diff }: Shown): string {
  return `<sub>${[...assumptions, ...(diff?.notCompared ?? [])].map(inert).join(' ')}</sub>`;
}
