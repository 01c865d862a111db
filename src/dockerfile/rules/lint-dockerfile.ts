import { UserError } from '../../base/index.ts';
import { resolveDockerfile } from '../resolve-model.ts';
import { applyEdits } from '../syntax/apply-edits.ts';
import { parseDockerfile } from '../syntax/parse.ts';
import type { TextEdit, TextRange } from '../syntax/syntax.ts';
import type { LintRule, LintSeverity } from './rule.ts';
import { lintRules } from './rules.ts';
import { namesOfRule, readSuppressions } from './suppressions.ts';

/** Settings of a run; a rule is named by its own id or by that of hadolint or BuildKit. */
export interface LintOptions {
  /** For messages; default `Dockerfile`. */
  readonly fileName?: string;
  readonly severities?: ReadonlyMap<string, LintSeverity | 'off'>;
  readonly trustedRegistries?: readonly string[];
}

/** A place that breaks a rule, as it is reported; lines and columns are 1-based, columns in UTF-16 units. */
export interface LintFinding {
  readonly rule: string;
  readonly hadolint: string | undefined;
  readonly buildkit: string | undefined;
  readonly severity: LintSeverity;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  /** Behind the last unit. */
  readonly endColumn: number;
  readonly range: TextRange;
  /** Empty where there is no sure correction. */
  readonly edits: readonly TextEdit[];
}

/** Runs every rule over a Dockerfile; findings in source order. Throws a `UserError` for what BuildKit refuses. */
export function lintDockerfile(text: string, options: LintOptions = {}): readonly LintFinding[] {
  const fileName = options.fileName ?? 'Dockerfile';
  const syntax = parseDockerfile(text, fileName);
  const subject = {
    syntax,
    model: resolveDockerfile(syntax, { fileName }),
    trustedRegistries: options.trustedRegistries ?? [],
  };
  const suppressions = readSuppressions(syntax);
  const place = placer(text);
  const findings = lintRules.flatMap((rule): readonly LintFinding[] => {
    const severity = severityOf(rule, options.severities, suppressions.areChecksErrors);
    if (severity === 'off') return [];
    return rule.check(subject).flatMap(({ range, message, edits }): readonly LintFinding[] => {
      const [start, end] = [place(range.start), place(range.end)];
      if (suppressions.isIgnored(rule, start.line)) return [];
      const { id, hadolint, buildkit } = rule;
      const placed = { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
      return [{ rule: id, hadolint, buildkit, severity, message, ...placed, range, edits: edits ?? [] }];
    });
  });
  return findings.sort((a, b) => a.range.start - b.range.start || (a.rule < b.rule ? -1 : 1));
}

/**
 * The text with the sure corrections of its findings. Of corrections that touch each other, the first is made;
 * throws a `UserError` should the result be no Dockerfile.
 */
export function fixDockerfile(text: string, findings: readonly LintFinding[]): string {
  const taken: TextEdit[] = [];
  for (const { edits } of findings) {
    const isFree = edits.every(({ range }) =>
      taken.every((other) => range.end < other.range.start || range.start > other.range.end),
    );
    if (isFree) taken.push(...edits);
  }
  const fixed = applyEdits(text, taken);
  try {
    resolveDockerfile(parseDockerfile(fixed));
  } catch (cause) {
    throw new UserError('the corrections do not fit together; nothing is changed', {
      hint: 'Correct the findings by hand.',
      cause,
    });
  }
  return fixed;
}

function severityOf(
  rule: LintRule,
  severities: LintOptions['severities'],
  areChecksErrors: boolean,
): LintSeverity | 'off' {
  const named = namesOfRule(rule).flatMap((name) => severities?.get(name) ?? [])[0];
  return named ?? (areChecksErrors && rule.buildkit !== undefined ? 'error' : rule.severity);
}

function placer(text: string): (offset: number) => { readonly line: number; readonly column: number } {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
