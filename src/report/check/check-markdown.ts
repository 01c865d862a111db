import { formatBytes } from '../../base/index.ts';
import type { GateVerdict } from '../../policy/index.ts';
import { comparisonBlocks } from '../compare-markdown.ts';
import { gateTable } from '../gate-table.ts';
import { inert } from '../slim-markdown.ts';
import { sizeChange } from '../wording.ts';
import type { CheckReport } from './check-report.ts';

const marks: Readonly<Record<GateVerdict, string>> = { pass: '✅', fail: '❌', 'cannot-judge': '❔' };

/** A checked image in GitHub's and GitLab's Markdown, for a comment or a summary: gates, then before and after; ends with a line end. */
export function checkMarkdown(report: CheckReport): string {
  const { title, image, gates, notes, comparison, verdict } = report;
  const size = comparison === undefined ? formatBytes(image.contentBytes) : sizeChange(comparison.total);
  const blocks = [
    `## ${marks[verdict]} ${inert(title)}: ${size}`,
    gateTable(gates),
    notes.map(inert).join('  \n'),
    ...(comparison === undefined ? [] : comparisonBlocks(comparison)),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}
