export { auditTable } from './audit-table.ts';
export { compareTable } from './compare-table.ts';
export { slimHtml } from './html/slim-html.ts';
export { auditJson, compareJson, slimJson } from './json.ts';
export type { TerminalOptions } from './screen.ts';
export { slimMarkdown } from './slim-markdown.ts';
export type {
  ReportedEdit,
  ReportedTarget,
  SlimReport,
} from './slim-report.ts';
export { slimTable } from './slim-table.ts';
export { textWidth } from './terminal-text.ts';
export { formatBitRate, formatPercent, formatSaved, shortInstruction } from './wording.ts';
