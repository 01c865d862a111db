import { aptAction } from '../apt-command.ts';
import type { Instruction, ShellCommand } from '../model.ts';
import { commandsIn, programOf } from '../programs.ts';
import { instructionsUpTo, keptStages } from '../stage-chain.ts';
import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';

const temporary =
  /^(?:\/(?:var\/)?tmp|\/var\/(?:cache|lib\/apt\/lists|log)|(?:~|\/root|\$HOME|\$\{HOME\})\/\.(?:cache|npm|conda|cargo\/registry))(?:\/|$)/;
// A few hundred bytes, not worth a word.
const small = /\.(?:cfg|conf|in|ini|json|lock|md|py|sh|toml|txt|ya?ml)$/;
const packed = /\.(?:tar|tgz|tar\.\w+|zip|whl|deb|rpm|apk|run)$/;

/** A RUN that only removes what earlier layers hold. */
export const lateCleanup: LintRule = {
  id: 'late-cleanup',
  severity: 'warning',
  title: 'a RUN that only removes what earlier layers hold',
  check: ({ model }) =>
    keptStages(model).flatMap(({ instructions }) =>
      instructions.flatMap((instruction) => {
        const { syntax, commands } = instruction;
        const isPlain = syntax.keyword === 'run' && syntax.flags.every(({ name }) => name !== 'mount');
        if (!isPlain || commands === undefined || commands.length === 0) return [];
        const before = instructionsUpTo(model, instruction).slice(0, -1);
        const writers = before.filter((one) => ['add', 'copy', 'run'].includes(one.syntax.keyword));
        const removers = commands.filter((command) => !/^(?:set|true)$/.test(programOf(command)));
        const isAll = removers.length > 0 && removers.every((command) => removes(command, writers));
        if (writers.length === 0 || !isAll) return [];
        const message = 'what the layers below hold stays in the image: remove it in the RUN that writes it';
        return [{ range: syntax.range, message }];
      }),
    ),
};

function removes(command: ShellCommand, writers: readonly Instruction[]): boolean {
  const { words } = command;
  const program = programOf(command);
  const verb = words.slice(words[0] === 'sudo' ? 2 : 1).find((word) => !word.startsWith('-'));
  switch (program) {
    case 'apt':
    case 'apt-get':
      return cleansApt(command, writers);
    case 'rm':
      return paths(command).length > 0 && paths(command).every((path) => isLeftover(path, writers));
    case 'find':
      return temporary.test(verb ?? '') && words.includes('-delete');
    case 'apk':
      return verb === 'del' && isInstalled(words, writers);
    case 'conda':
    case 'mamba':
    case 'micromamba':
    case 'yum':
    case 'dnf':
    case 'microdnf':
    case 'zypper':
      return verb === 'clean';
    case 'pip':
    case 'pip3':
      return verb === 'cache' && words.includes('purge');
    case 'npm':
    case 'yarn':
      return verb === 'cache' && words.includes('clean');
    default:
      return false;
  }
}

/** `apt-get clean`, and the removal of packages that a step of this file has installed. */
function cleansApt(command: ShellCommand, writers: readonly Instruction[]): boolean {
  const action = aptAction(command) ?? '';
  if (/^(?:auto)?clean$/.test(action)) return true;
  if (action === 'autoremove' && !command.words.some((word) => /^[a-z0-9]/.test(word) && !isVerb(word)))
    return true;
  return /^(?:purge|remove|autoremove)$/.test(action) && isInstalled(command.words, writers);
}

function isVerb(word: string): boolean {
  return /^(?:sudo|apt|apt-get|autoremove)$/.test(word);
}

/** Whether a word of the command is one of an installation above. */
function isInstalled(words: readonly string[], writers: readonly Instruction[]): boolean {
  const installed = new Set(
    writers
      .flatMap(commandsIn)
      .filter((command) => ['apt', 'apt-get', 'apk'].includes(programOf(command)))
      .flatMap((command) => command.words.slice(2))
      .map((word) => word.replace(/^--virtual=/, '').replace(/[=<>~].*$/, '')),
  );
  return words.some(
    (word) =>
      /^[a-z0-9.]/.test(word) &&
      !/^(?:apk|apt|apt-get|del|purge|remove|autoremove)$/.test(word) &&
      installed.has(word),
  );
}

function paths({ words }: ShellCommand): readonly string[] {
  return words.slice(words[0] === 'sudo' ? 2 : 1).filter((word) => !word.startsWith('-'));
}

/** A cache, a package or an archive, or a file that an instruction above has copied: not one of the base that is in the way. */
function isLeftover(path: string, writers: readonly Instruction[]): boolean {
  return temporary.test(path) || packed.test(path) || writers.some((one) => copies(one, path));
}

function copies({ syntax }: Instruction, path: string): boolean {
  if (syntax.keyword === 'run' || small.test(path)) return false;
  const target = argumentWords(syntax).at(-1)?.text.replace(/\/+$/, '') ?? '';
  return target.startsWith('/') && (path === target || path.startsWith(`${target}/`));
}
