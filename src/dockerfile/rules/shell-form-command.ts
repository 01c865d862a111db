import type { DockerfileModel, Instruction } from '../model.ts';
import { argumentWords } from '../syntax/words.ts';
import type { LintRule, Violation } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** Words that mean the same to a shell and to `exec`. */
const plainWord = /^[\w./:@%+,-][\w./:@%+,=-]*$/;
/** What only a shell can do. */
const shellWord =
  /^(?:\.|:|alias|bg|break|case|cd|command|continue|do|done|elif|else|esac|eval|exec|exit|export|fg|fi|for|function|if|in|local|read|readonly|return|select|set|shift|source|then|time|trap|ulimit|umask|unalias|unset|until|wait|while)$/;

/** CMD or ENTRYPOINT in shell form. */
export const shellFormCommand: LintRule = {
  id: 'shell-form-command',
  hadolint: 'DL3025',
  buildkit: 'JSONArgsRecommended',
  severity: 'warning',
  title: 'CMD or ENTRYPOINT in shell form',
  check: ({ model }) =>
    instructionsOf(model, 'cmd', 'entrypoint').flatMap((instruction) => {
      const { syntax, before } = instruction;
      // An empty one takes back what the base image says.
      if (syntax.value === '' || syntax.json !== undefined || before.shell.join(' ') !== '/bin/sh -c')
        return [];
      return [
        {
          range: syntax.range,
          message: `${syntax.keyword.toUpperCase()} in shell form: signals reach the shell, not the program; write a JSON list`,
          ...correction(model, instruction),
        },
      ];
    }),
};

/**
 * A CMD of plain words does the same without a shell. An ENTRYPOINT does not: it begins to take the arguments of CMD and of `docker run`;
 * and beside an ENTRYPOINT, a CMD is its arguments.
 */
function correction(model: DockerfileModel, { syntax, stage }: Instruction): Pick<Violation, 'edits'> {
  const words = argumentWords(syntax).map(({ text }) => text);
  const [program = ''] = words;
  const isPlain =
    syntax.keyword === 'cmd' &&
    words.every((word) => plainWord.test(word)) &&
    !program.includes('=') &&
    !shellWord.test(program) &&
    !hasEntrypoint(model, stage);
  const list = `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
  return isPlain ? { edits: [{ range: syntax.valueRange, newText: list }] } : {};
}

function hasEntrypoint(model: DockerfileModel, position: number): boolean {
  const stage = model.stages[position];
  if (stage === undefined) return false;
  return (
    stage.instructions.some(({ syntax }) => syntax.keyword === 'entrypoint') ||
    (stage.baseStage !== undefined && hasEntrypoint(model, stage.baseStage))
  );
}
