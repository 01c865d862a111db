export { type AuditGroups, auditGroupsTable } from './audit-groups-table.ts';
export { auditMarkdown } from './audit-markdown.ts';
export { auditSarif } from './audit-sarif.ts';
export { efficiencyText, inPlace, packageKindName } from './audit-sums.ts';
export { type AuditTableOptions, auditTable } from './audit-table.ts';
export { type AuditTreeInput, type AuditTrees, auditTrees } from './audit-tree.ts';
export type { AuditTreeLimits, AuditTreeNode } from './audit-tree-branch.ts';
export { checkAnnotations } from './check/check-annotations.ts';
export { checkJson } from './check/check-json.ts';
export { checkJunit } from './check/check-junit.ts';
export { checkMarkdown } from './check/check-markdown.ts';
export type { CheckReport } from './check/check-report.ts';
export { checkTable } from './check/check-table.ts';
export { ciJson } from './ci/ci-json.ts';
export type { CiReport } from './ci/ci-report.ts';
export { ciText } from './ci/ci-text.ts';
export { compareMarkdown } from './compare-markdown.ts';
export { compareTable } from './compare-table.ts';
export { composeJson } from './compose/compose-json.ts';
export type { ComposeReport } from './compose/compose-report.ts';
export { composeText } from './compose/compose-text.ts';
export { depsJson } from './deps/deps-json.ts';
export { depsMarkdown } from './deps/deps-markdown.ts';
export type { DepsFix, ShownDeps } from './deps/deps-report.ts';
export { type DepsTableOptions, depsTable } from './deps/deps-table.ts';
export { type DiveSubject, diveJson } from './dive-json.ts';
export { sumByKind } from './finding-lines.ts';
export { gateLines } from './gate-lines.ts';
export { type AuditPage, auditHtml } from './html/audit-html.ts';
export { slimHtml } from './html/slim-html.ts';
export { ignoreJson } from './ignore/ignore-json.ts';
export type { CountedFiles, IgnoreReport, ReportedCut } from './ignore/ignore-report.ts';
export { ignoreTable } from './ignore/ignore-table.ts';
export {
  auditJson,
  compareJson,
  pushEstimateJson,
  pushJson,
  shrinkJson,
  shrinkManifestJson,
  slimJson,
} from './json.ts';
export { lintJson } from './lint/lint-json.ts';
export { lintAnnotations, lintLines } from './lint/lint-lines.ts';
export type { LintedFile } from './lint/lint-report.ts';
export { lintSarif } from './lint/lint-sarif.ts';
export { lintTable } from './lint/lint-table.ts';
export { pushMarkdown } from './push-markdown.ts';
export { pushEstimateTable, pushTable } from './push-table.ts';
export { type Screen, screenFor, type TerminalOptions } from './screen.ts';
export type { ShrinkProof } from './shrink-proof.ts';
export { shrinkTable } from './shrink-table.ts';
export { type ExplainedPlan, slimExplanation, slimExplanationJson } from './slim-explanation.ts';
export { slimMarkdown } from './slim-markdown.ts';
export type {
  MissingPart,
  ReportedEdit,
  ReportedTarget,
  SlimReport,
} from './slim-report.ts';
export { slimTable } from './slim-table.ts';
export {
  type Paint,
  pad,
  painter,
  plainText,
  type Style,
  textWidth,
  truncate,
  wrap,
} from './terminal-text.ts';
export {
  counted,
  formatBitRate,
  formatChange,
  formatRatio,
  formatSaved,
  shortInstruction,
} from './wording.ts';
