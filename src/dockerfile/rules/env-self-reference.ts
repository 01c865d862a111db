import { parseNameValues } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

const escaped = (name: string): string => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** ENV refers to a variable of its own line. */
export const envSelfReference: LintRule = {
  id: 'env-self-reference',
  hadolint: 'DL3044',
  severity: 'error',
  title: 'ENV refers to a variable of its own line',
  check: ({ model, syntax }) =>
    instructionsOf(model, 'env').flatMap((instruction) => {
      const pairs = parseNameValues(instruction.syntax, syntax.escape);
      return pairs.flatMap((pair, at) => {
        const refersTo = (name: string): boolean =>
          new RegExp(`\\$(?:\\{${escaped(name)}[}:]|${escaped(name)}(?![A-Za-z0-9_]))`).test(
            pair.value ?? '',
          );
        const again = pairs.slice(0, at).find(({ name }) => name === pair.name && refersTo(name));
        if (again !== undefined) {
          const message = `${pair.name} is set twice by this ENV, and $${pair.name} is its value before both: the first is lost`;
          return [{ range: pair.range, message }];
        }
        const other = pairs.find(({ name }) => name !== pair.name && refersTo(name));
        return other === undefined || Object.hasOwn(instruction.before.variables, other.name)
          ? []
          : [
              {
                range: pair.range,
                message: `$${other.name} is set by this same ENV and has no value yet here`,
              },
            ];
      });
    }),
};
