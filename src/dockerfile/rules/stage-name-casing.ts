import type { DockerfileModel } from '../model.ts';
import type { TextEdit, TextRange } from '../syntax/syntax.ts';
import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';
import { baseRange } from './visit.ts';

/** Stage name in capitals. */
export const stageNameCasing: LintRule = {
  id: 'stage-name-casing',
  buildkit: 'StageNameCasing',
  severity: 'warning',
  title: 'stage name in capitals',
  check: ({ model }) =>
    model.stages.flatMap(({ from }) => {
      const name = argumentWords(from)[2];
      if (name === undefined || name.text === name.text.toLowerCase()) return [];
      const newText = name.text.toLowerCase();
      return [
        {
          range: name.range,
          message: `${name.text} should be ${newText}`,
          // BuildKit compares without case: what refers to the stage by an argument still does.
          edits: [name.range, ...references(model, name.text)].map((range): TextEdit => ({ range, newText })),
        },
      ];
    }),
};

/** Where a stage is named in this spelling: `FROM Build`, `COPY --from=Build`. */
function references(model: DockerfileModel, name: string): readonly TextRange[] {
  return model.stages.flatMap(({ baseAsWritten, from, instructions }) => [
    ...(baseAsWritten === name ? [baseRange(from)] : []),
    ...instructions
      .flatMap(({ syntax }) => syntax.flags)
      .filter((flag) => flag.name === 'from' && flag.value === name)
      .map(({ range }) => ({ start: range.end - name.length, end: range.end })),
  ]);
}
