import type { DockerfileSyntax } from '../syntax/syntax.ts';
import type { LintRule, Violation } from './rule.ts';

// # check=skip=JSONArgsRecommended,StageNameCasing;error=true;experimental=CopyIgnoredFile
// # hadolint global ignore=DL3008
// # plimsoll ignore=unpinned-pip,chained-cd # because …

/** What the comments of a Dockerfile say about its rules. */
export interface Suppressions {
  /** Is the rule off on a line? */
  isIgnored(rule: LintRule, line: number, violation?: Violation): boolean;
  /** `# check=error=true`: the checks of BuildKit count as errors. */
  readonly areChecksErrors: boolean;
  /** `# check=experimental=NAME`: checks that are off until they are named. */
  isAskedFor(rule: LintRule): boolean;
}

/** Reads the ignores of this program, of hadolint (`hadolint ignore=`, unless `isHadolintOff`) and of BuildKit (`check=skip=`). */
export function readSuppressions(syntax: DockerfileSyntax, isHadolintOff = false): Suppressions {
  const programs = isHadolintOff ? 'plimsoll' : 'plimsoll|hadolint';
  const check = readCheck(syntax);
  const pattern = (word: string): RegExp =>
    new RegExp(`^\\s*#\\s*(?:${programs})\\s+${word}\\s*=\\s*([\\w-]+(?:\\s*,\\s*[\\w-]+)*)`, 'gm');
  const everywhere = namesIn(syntax.text, pattern('global\\s+ignore'));
  const here = pattern('ignore');
  const inline = syntax.instructions.flatMap(({ startLine, endLine, leadingComments }) => {
    const names = namesIn(leadingComments.join('\n'), here);
    return names.size === 0 ? [] : [{ startLine, endLine, names }];
  });
  const isNamed = (names: ReadonlySet<string>, { buildkit = '' }: LintRule): boolean =>
    buildkit !== '' && (names.has('all') || names.has(buildkit));
  return {
    areChecksErrors: check.areErrors,
    isAskedFor: (rule) => isNamed(check.experimental, rule),
    isIgnored: (rule, line, violation) => {
      const names = [
        rule.id,
        rule.buildkit,
        ...(violation?.hadolint === undefined ? hadolintNames(rule) : [violation.hadolint]),
      ];
      const isOff = (off: ReadonlySet<string>): boolean =>
        names.some((name) => name !== undefined && off.has(name));
      return (
        (isNamed(check.skipped, rule) && !check.experimental.has(rule.buildkit ?? '')) ||
        isOff(everywhere) ||
        inline.some((one) => one.startLine <= line && line <= one.endLine && isOff(one.names))
      );
    },
  };
}

/** Every name that a rule answers to. */
export function namesOfRule(rule: LintRule): readonly string[] {
  return [rule.id, ...hadolintNames(rule), ...(rule.buildkit === undefined ? [] : [rule.buildkit])];
}

/** The rules of hadolint that a rule stands for. */
export function hadolintNames({ hadolint = [] }: LintRule): readonly string[] {
  return typeof hadolint === 'string' ? [hadolint] : hadolint;
}

/** The `check` directive (BuildKit's `linter.ParseLintOptions`). */
function readCheck({ directives }: DockerfileSyntax): {
  readonly skipped: ReadonlySet<string>;
  readonly experimental: ReadonlySet<string>;
  readonly areErrors: boolean;
} {
  const check = directives.find(({ name }) => name === 'check')?.value ?? '';
  const options = new Map(
    check.split(';').map((part) => {
      const [key = '', ...rest] = part.split('=');
      return [key.trim(), rest.join('=')] as const;
    }),
  );
  return {
    skipped: namesOf(options.get('skip') ?? ''),
    experimental: namesOf(options.get('experimental') ?? ''),
    areErrors: options.get('error')?.trim() === 'true',
  };
}

function namesIn(text: string, pattern: RegExp): ReadonlySet<string> {
  return new Set([...text.matchAll(pattern)].flatMap(([, list = '']) => [...namesOf(list)]));
}

function namesOf(list: string): ReadonlySet<string> {
  return new Set(
    list
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );
}
