import { expandWord } from '../syntax/expand.ts';
import { parseNameValues } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';
import { baseRange, platformArguments } from './visit.ts';

// registry:port/path/name:tag@sha256:…
const reference =
  /^(?:[\w.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[A-Za-z0-9_][\w.-]*)?(?:@[a-z0-9]+:[0-9a-f]+)?$/;

/** A base image that is no image name unless the build gets arguments. */
export const invalidDefaultArgInFrom: LintRule = {
  id: 'invalid-default-arg-in-from',
  buildkit: 'InvalidDefaultArgInFrom',
  severity: 'warning',
  title: 'the base image is no name without build arguments',
  check: ({ model, syntax }) => {
    const variables = model.globalArgs.at(-1)?.before.variables ?? {};
    const last = model.globalArgs.at(-1);
    const pairs = last === undefined ? [] : parseNameValues(last.syntax, syntax.escape);
    const known: Record<string, string> = { ...variables };
    for (const { name, value } of pairs) {
      if (value !== undefined) known[name] = expandWord(value, known, { escape: syntax.escape }).text;
    }
    const declared = new Set(
      model.globalArgs.flatMap((one) => parseNameValues(one.syntax, syntax.escape).map(({ name }) => name)),
    );
    const withPlatform = { ...Object.fromEntries(platformArguments.map((name) => [name, 'x'])), ...known };
    return model.stages.flatMap(({ baseAsWritten, baseStage, from }) => {
      const { text, unset } = expandWord(baseAsWritten, withPlatform, { escape: syntax.escape });
      const isOurs = baseAsWritten.includes('$') && unset.every((name) => declared.has(name));
      return baseStage === undefined && isOurs && !reference.test(text)
        ? [
            {
              range: baseRange(from),
              message: `without build arguments this is "${text}", which is no image name: give the ARG a default`,
            },
          ]
        : [];
    });
  },
};
