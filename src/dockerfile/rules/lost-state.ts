import type { Instruction, ShellCommand } from '../model.ts';
import { programOf } from '../programs.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

// Scripts that set variables and do nothing else.
const settings =
  /(?:^|\/)(?:activate(?:\.\w+)?|\.env(?:\.\w+)?|[\w-]+\.env|\.(?:bash|zsh)rc|\.(?:bash_)?profile|profile|environment|conda\.sh|nvm\.sh|local_setup\.\w+|setup\.(?:ba|z)?sh|\.cargo\/env)$/;

/** A RUN that only changes its own shell, which ends with it. */
export const lostState: LintRule = {
  id: 'lost-state',
  severity: 'warning',
  title: 'a RUN that only changes its own shell',
  check: ({ model }) =>
    instructionsOf(model, 'run').flatMap((instruction) => {
      const { syntax, commands = [] } = instruction;
      const [first] = commands;
      const isScript = syntax.json !== undefined || syntax.heredocs.length > 0;
      if (first === undefined || isScript || !isLost(instruction)) return [];
      return [
        {
          range: syntax.valueRange,
          message: `the next instruction begins a new shell: ${adviceFor(commands)}`,
        },
      ];
    }),
};

function isLost({ syntax, commands = [] }: Instruction): boolean {
  // What is written to a file stays, and what is substituted may do any work.
  if (syntax.value.includes('>')) return false;
  return commands.every((command) => (command.isTopLevel ? isState(command) : isReader(command)));
}

function isState({ words, assignments }: ShellCommand): boolean {
  const [name, argument = ''] = words;
  switch (name) {
    case undefined:
      return assignments.length > 0;
    case 'export':
    case 'set':
    case 'shopt':
    case 'ulimit':
    case 'umask':
    case 'unset':
      return argument !== '-p';
    case '.':
    case 'source':
      return settings.test(argument) && (words.length === 2 || argument === 'activate');
    case 'conda':
    case 'mamba':
    case 'micromamba':
      return argument === 'activate';
    case 'nvm':
      return argument === 'use';
    default:
      return false;
  }
}

/** Programs within a substitution that change nothing: `export $(grep -v '^#' .env | xargs)`. */
function isReader(command: ShellCommand): boolean {
  return (
    /^(?:awk|cat|cut|echo|grep|head|sed|tail|tr|xargs)$/.test(programOf(command)) &&
    command.inner === undefined
  );
}

function adviceFor(commands: readonly ShellCommand[]): string {
  const names = new Set(commands.map(({ words }) => words[0]));
  if (commands.some(({ words }) => words.some((word) => /activate/.test(word)))) {
    return 'put the bin directory of the environment first in PATH with ENV';
  }
  if (names.has('nvm')) return 'put the bin directory of this Node.js first in PATH with ENV';
  if (names.has('source') || names.has('.'))
    return 'read the file in the RUN that needs it, or set its variables with ENV';
  return names.has('export') || names.has(undefined)
    ? 'set variables with ENV'
    : 'say it in the RUN that needs it';
}
