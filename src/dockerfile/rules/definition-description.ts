import { argumentWords, parseNameValues } from '../syntax/words.ts';
import type { LintRule, LintSubject, Violation } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** A comment above FROM or ARG that is no description, and is shown as one; off by default, as in BuildKit. */
export const definitionDescription: LintRule = {
  id: 'definition-description',
  buildkit: 'InvalidDefinitionDescription',
  severity: 'style',
  isOptIn: true,
  title: 'a comment above FROM or ARG does not describe it',
  check: (subject) => [...stagesOf(subject), ...argumentsOf(subject)],
};

function stagesOf({ model }: LintSubject): readonly Violation[] {
  return model.stages.flatMap(({ from }) => {
    const name = argumentWords(from)[2]?.text;
    return name === undefined || describes(from.leadingComments, [name])
      ? []
      : [
          {
            range: from.range,
            message: `the comment above should begin with ${name}, or with an empty line below`,
          },
        ];
  });
}

function argumentsOf({ model, syntax }: LintSubject): readonly Violation[] {
  return [...model.globalArgs, ...instructionsOf(model, 'arg')].flatMap((instruction) => {
    const names = parseNameValues(instruction.syntax, syntax.escape).map(({ name }) => name);
    return describes(instruction.syntax.leadingComments, names)
      ? []
      : [
          {
            range: instruction.syntax.range,
            message: `the comment above should begin with ${names.join(' or ')}, or with an empty line below`,
          },
        ];
  });
}

/** The last line of the comment decides: `# VERSION of the program`; an empty one ends a comment that is none. */
function describes(comments: readonly string[], names: readonly string[]): boolean {
  const text = comments.at(-1)?.replace(/^\s*#\s*/, '') ?? '';
  return text.trim() === '' || names.some((name) => text.startsWith(`${name} `));
}
