import { parseNameValues } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** ENV or LABEL without an equals sign. */
export const legacyEnv: LintRule = {
  id: 'legacy-env',
  buildkit: 'LegacyKeyValueFormat',
  severity: 'warning',
  title: 'ENV or LABEL without an equals sign',
  check: ({ model, syntax }) =>
    instructionsOf(model, 'env', 'label').flatMap((instruction) => {
      const [pair] = parseNameValues(instruction.syntax, syntax.escape);
      if (pair === undefined || !pair.isLegacy) return [];
      const value = pair.value ?? '';
      const between = { start: pair.range.start + pair.name.length, end: pair.valueRange.start };
      const isSimple = /^(?:[\w./:$@,+%{}=-]+|"[^"\\\n]*"|'[^'\n]*')$/.test(value);
      // Within double quotes these mean what they mean without; a value over several lines is left alone.
      const isQuotable =
        /^[\w./:$@,+%{}=()!?;&|<>*~# -]+$/.test(value) &&
        syntax.text.slice(pair.valueRange.start, pair.valueRange.end) === value;
      const end = { start: pair.valueRange.end, end: pair.valueRange.end };
      const edits = isSimple
        ? [{ range: between, newText: '=' }]
        : [
            { range: between, newText: '="' },
            { range: end, newText: '"' },
          ];
      return [
        {
          range: pair.range,
          message: `write ${pair.name}=…: the form with a space is old`,
          ...(isSimple || isQuotable ? { edits } : {}),
        },
      ];
    }),
};
