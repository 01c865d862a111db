import { nearestName } from '../../base/index.ts';
import type { LintRule } from './rule.ts';

/** A comment that turns off a rule that is none; those of hadolint and BuildKit may name rules that are not here. */
export const unknownIgnore: LintRule = {
  id: 'unknown-ignore',
  severity: 'warning',
  title: 'a comment ignores a rule that is none',
  check: ({ syntax, ruleNames }) =>
    [
      ...syntax.text.matchAll(
        /^[ \t]*#[ \t]*plimsoll[ \t]+(?:global[ \t]+)?ignore[ \t]*=[ \t]*([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)/gm,
      ),
    ].flatMap(({ index, 0: comment, 1: list = '' }) => {
      const start = index + comment.length - list.length;
      return [...list.matchAll(/[\w-]+/g)]
        .filter(([name]) => !ruleNames.includes(name))
        .map((match) => {
          const [name] = match;
          const near = nearestName(name, ruleNames);
          const at = start + match.index;
          return {
            range: { start: at, end: at + name.length },
            message: `no rule is called ${name}${near === undefined ? '' : `; is ${near} meant?`}`,
          };
        });
    }),
};
