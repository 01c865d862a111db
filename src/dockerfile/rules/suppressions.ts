import type { DockerfileSyntax } from '../syntax/syntax.ts';
import type { LintRule } from './rule.ts';

// # check=skip=JSONArgsRecommended,StageNameCasing;error=true
// # hadolint global ignore=DL3008
// # plimsoll ignore=unpinned-pip,chained-cd

/** What the comments of a Dockerfile say about its rules. */
export interface Suppressions {
  /** Is the rule off on a line? */
  isIgnored(rule: LintRule, line: number): boolean;
  /** `# check=error=true`: the checks of BuildKit count as errors. */
  readonly areChecksErrors: boolean;
}

/** Reads the ignores of this program, of hadolint (`hadolint ignore=`) and of BuildKit (`check=skip=`). */
export function readSuppressions(syntax: DockerfileSyntax): Suppressions {
  const check = syntax.directives.find(({ name }) => name === 'check')?.value ?? '';
  const options = new Map(
    check.split(';').map((part) => {
      const [key = '', ...rest] = part.split('=');
      return [key.trim(), rest.join('=')] as const;
    }),
  );
  const skipped = namesOf(options.get('skip') ?? '');
  const everywhere = new Set<string>();
  for (const line of syntax.text.split(/\r?\n/)) {
    for (const name of ignoredBy(line, 'global ignore')) everywhere.add(name);
  }
  const inline = syntax.instructions.map(({ startLine, endLine, leadingComments }) => ({
    startLine,
    endLine,
    names: new Set(leadingComments.flatMap((comment) => ignoredBy(comment, 'ignore'))),
  }));
  return {
    areChecksErrors: options.get('error')?.trim() === 'true',
    isIgnored: (rule, line) => {
      const names = namesOfRule(rule);
      const isSkipped =
        rule.buildkit !== undefined && skipped.some((one) => one === 'all' || one === rule.buildkit);
      const here = inline.find(({ startLine, endLine }) => startLine <= line && line <= endLine);
      return isSkipped || names.some((name) => everywhere.has(name) || here?.names.has(name) === true);
    },
  };
}

/** Every name that a rule answers to. */
export function namesOfRule({ id, hadolint, buildkit }: LintRule): readonly string[] {
  return [id, hadolint, buildkit].filter((name) => name !== undefined);
}

function ignoredBy(comment: string, word: 'ignore' | 'global ignore'): readonly string[] {
  const pattern = new RegExp(
    `^\\s*#\\s*(?:plimsoll|hadolint)\\s+${word.replace(' ', '\\s+')}\\s*=\\s*([\\w-]+(?:\\s*,\\s*[\\w-]+)*)`,
  );
  return namesOf(pattern.exec(comment)?.[1] ?? '');
}

function namesOf(list: string): readonly string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
