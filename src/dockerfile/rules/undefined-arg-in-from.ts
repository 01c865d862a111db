import { nearestName } from '../../base/index.ts';
import { argumentWords, parseNameValues } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';
import { platformArguments, unsetIn } from './visit.ts';

/** FROM refers to an ARG that is not declared above it. */
export const undefinedArgInFrom: LintRule = {
  id: 'undefined-arg-in-from',
  buildkit: 'UndefinedArgInFrom',
  severity: 'warning',
  title: 'FROM uses an ARG that is not declared',
  check: ({ model, syntax }) => {
    const names = model.globalArgs.flatMap((one) =>
      parseNameValues(one.syntax, syntax.escape).map(({ name }) => name),
    );
    const declared = Object.fromEntries([...names, ...platformArguments].map((name) => [name, 'x']));
    return model.stages.flatMap(({ from }) => {
      const platforms = from.flags.flatMap(({ name, value, range }) =>
        name === 'platform' && value !== undefined ? [{ text: value, range }] : [],
      );
      return [...platforms, ...argumentWords(from).slice(0, 1)].flatMap(({ text, range }) =>
        unsetIn(text, declared, syntax.escape).map((name) => {
          const near = nearestName(name, Object.keys(declared));
          const hint = near === undefined ? '' : `; is $${near} meant?`;
          const message = `$${name} is not declared: FROM sees only the ARGs above the first FROM${hint}`;
          return { range, message };
        }),
      );
    });
  },
};
