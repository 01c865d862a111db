import type { LintedFile } from './lint-report.ts';

/** Findings as JSON, schema `plimsoll.lint/1` (`docs/schemas/plimsoll.lint-1.json`). */
export function lintJson(files: readonly LintedFile[]): string {
  const report = files.map(({ file, findings, problem }) => ({
    file,
    ...(problem === undefined ? {} : { problem: problem.message }),
    findings: findings.map(({ range: _, title: __, edits, hadolint, buildkit, ...finding }) => ({
      ...finding,
      hadolint: hadolint ?? null,
      buildkit: buildkit ?? null,
      isFixable: edits.length > 0,
    })),
  }));
  return `${JSON.stringify({ schema: 'plimsoll.lint/1', files: report }, undefined, 2)}\n`;
}
