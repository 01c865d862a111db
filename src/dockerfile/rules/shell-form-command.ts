import type { DockerfileModel, Instruction } from '../model.ts';
import { argumentWords } from '../syntax/words.ts';
import { brokenListOf } from './broken-list.ts';
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
      if (brokenListOf(syntax) !== undefined) return [];
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
  const words = argumentWords(syntax);
  const program = words[0]?.text ?? '';
  const isPlain =
    syntax.keyword === 'cmd' &&
    words.every(({ text }) => plainWord.test(text)) &&
    !program.includes('=') &&
    !shellWord.test(program) &&
    !hasEntrypoint(model, stage);
  // Word by word: lines and comments between them stay.
  const edits = words.map(({ text, range }, at) => ({
    range,
    newText: `${at === 0 ? '[' : ''}${JSON.stringify(text)}${at === words.length - 1 ? ']' : ','}`,
  }));
  return isPlain ? { edits } : {};
}

function hasEntrypoint(model: DockerfileModel, position: number): boolean {
  const stage = model.stages[position];
  if (stage === undefined) return false;
  return (
    stage.instructions.some(({ syntax }) => syntax.keyword === 'entrypoint') ||
    (stage.baseStage !== undefined && hasEntrypoint(model, stage.baseStage))
  );
}
