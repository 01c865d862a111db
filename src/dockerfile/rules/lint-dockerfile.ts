import { UserError } from '../../base/index.ts';
import type { DockerfileModel } from '../model.ts';
import { resolveDockerfile } from '../resolve-model.ts';
import { applyEdits } from '../syntax/apply-edits.ts';
import { parseDockerfile } from '../syntax/parse.ts';
import type { DockerfileSyntax, TextEdit, TextRange } from '../syntax/syntax.ts';
import { withoutForeignShells } from './foreign-shell.ts';
import { withOnbuildCommands } from './onbuild-commands.ts';
import type { LabelPolicy, LintProject, LintRule, LintSeverity, Violation } from './rule.ts';
import { lintRules } from './rules.ts';
import { hadolintNames, namesOfRule, readSuppressions, type Suppressions } from './suppressions.ts';

/** Settings of a run; a rule is named by its own id or by that of hadolint or BuildKit. */
export interface LintOptions {
  /** For messages; default `Dockerfile`. */
  readonly fileName?: string;
  readonly severities?: ReadonlyMap<string, LintSeverity | 'off'>;
  readonly trustedRegistries?: readonly string[];
  /** The labels to ask for; none by default. */
  readonly labels?: LabelPolicy;
  /** hadolint's comments do not count (`disable-ignore-pragma`). */
  readonly isHadolintPragmaOff?: boolean;
  /** What lies around the Dockerfile. */
  readonly project?: LintProject | undefined;
}

const noLabels: LabelPolicy = { required: new Map(), isStrict: false };

/** A place that breaks a rule, as it is reported; lines and columns are 1-based, columns in UTF-16 units. */
export interface LintFinding {
  readonly rule: string;
  readonly hadolint: string | undefined;
  readonly buildkit: string | undefined;
  readonly severity: LintSeverity;
  /** What the rule is about. */
  readonly title: string;
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
  return lintModel(syntax, resolveDockerfile(syntax, { fileName }), { ...options, fileName });
}

/** As `lintDockerfile`, of what is parsed already. */
export function lintModel(
  syntax: DockerfileSyntax,
  model: DockerfileModel,
  options: LintOptions = {},
): readonly LintFinding[] {
  const subject = {
    fileName: options.fileName ?? 'Dockerfile',
    syntax,
    model: withoutForeignShells(withOnbuildCommands(model, syntax), syntax),
    ruleNames: lintRules.flatMap(namesOfRule),
    trustedRegistries: options.trustedRegistries ?? [],
    labels: options.labels ?? noLabels,
    project: options.project,
  };
  const suppressions = readSuppressions(syntax, options.isHadolintPragmaOff);
  const place = placer(syntax.text);
  const findings = lintRules.flatMap((rule): readonly LintFinding[] => {
    if (severityOf(rule, options.severities, suppressions) === 'off') return [];
    return rule.check(subject).flatMap((violation): readonly LintFinding[] => {
      const { range, message, edits } = violation;
      const severity = severityOf(rule, options.severities, suppressions, violation);
      const [start, end] = [place(range.start), place(range.end)];
      if (severity === 'off' || suppressions.isIgnored(rule, start.line, violation)) return [];
      const placed = { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
      const [hadolint] = violation.hadolint === undefined ? hadolintNames(rule) : [violation.hadolint];
      const names = { rule: rule.id, hadolint, buildkit: rule.buildkit, title: rule.title };
      return [{ ...names, severity, message, ...placed, range, edits: edits ?? [] }];
    });
  });
  return findings.sort((a, b) => a.range.start - b.range.start || (a.rule < b.rule ? -1 : 1));
}

/** Corrections that make room for others; more rounds than rules that touch each other have never been seen. */
const mostRounds = 8;

/**
 * The text with every sure correction. Of corrections that touch each other, one is made first, and what is left after it is judged anew.
 * Throws a `UserError` for what BuildKit refuses, and should the result be no Dockerfile.
 */
export function fixDockerfile(text: string, options: LintOptions = {}): string {
  let fixed = text;
  for (let round = 0; round < mostRounds; round += 1) {
    const edits = compatibleEdits(lintDockerfile(fixed, options));
    if (edits.length === 0) return fixed;
    fixed = applyEdits(fixed, edits);
    refuseBroken(fixed);
  }
  return fixed;
}

function compatibleEdits(findings: readonly LintFinding[]): readonly TextEdit[] {
  const taken: TextEdit[] = [];
  for (const { edits } of findings) {
    const isFree = edits.every(({ range }) =>
      taken.every((other) => range.end < other.range.start || range.start > other.range.end),
    );
    if (isFree) taken.push(...edits);
  }
  return taken;
}

function refuseBroken(text: string): void {
  try {
    resolveDockerfile(parseDockerfile(text));
  } catch (cause) {
    throw new UserError('the corrections do not fit together; nothing is changed', {
      hint: 'Correct the findings by hand.',
      cause,
    });
  }
}

/** What is said of a rule beats what it comes with; of a violation that has a name of its own, only its names count. */
function severityOf(
  rule: LintRule,
  severities: LintOptions['severities'],
  suppressions: Suppressions,
  violation?: Violation,
): LintSeverity | 'off' {
  const names = violation?.hadolint === undefined ? namesOfRule(rule) : [rule.id, violation.hadolint];
  const named = names.map((name) => severities?.get(name)).filter((one) => one !== undefined);
  // Several rules of hadolint in one of ours: the rule is off when all of them are.
  const isWhole = violation === undefined && hadolintNames(rule).length > 1;
  const first = isWhole ? severities?.get(rule.id) : named[0];
  if (first !== undefined) return first;
  if (rule.isOptIn === true && !suppressions.isAskedFor(rule)) return 'off';
  return suppressions.areChecksErrors && rule.buildkit !== undefined ? 'error' : rule.severity;
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
