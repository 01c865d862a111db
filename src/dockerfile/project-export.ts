import type { Instruction, ShellCommand } from './model.ts';
import { runningCommands } from './programs.ts';
import { type ProjectInstall, toolWord } from './project-tool-command.ts';

/** A list of requirements that a tool writes from manifest and lock file: `poetry export -f requirements.txt -o requirements.txt`. */
export interface ProjectExport {
  /** The file, as written. */
  readonly file: string;
  /** The installation that would bring the same. */
  readonly install: ProjectInstall;
}

/** The lists that an instruction exports (`--help` of each tool; Poetry by its plugin). */
export function projectExports(instruction: Instruction): readonly ProjectExport[] {
  return runningCommands(instruction).flatMap((command) => readExport(command, instruction) ?? []);
}

function readExport(command: ShellCommand, { syntax }: Instruction): ProjectExport | undefined {
  const start = toolWord(command.words);
  if (start === undefined) return undefined;
  const at = command.words.findIndex((word, position) => position > start.position && !word.startsWith('-'));
  const action = command.words[at] ?? '';
  const rest = command.words.slice(at + 1);
  const isExport =
    start.tool === 'pipenv'
      ? action === 'requirements' ||
        (action === 'lock' && rest.some((word) => word === '-r' || word === '--requirements'))
      : action === 'export';
  const file = isExport ? (outputOf(rest) ?? redirected(command, syntax.value)) : undefined;
  if (file === undefined) return undefined;
  const install: ProjectInstall = {
    tool: start.tool,
    command,
    arguments: start.tool === 'poetry' ? asPoetryInstalls(rest) : rest,
    firstArgument: at + 1,
    hasProject: false,
  };
  return { file, install };
}

function outputOf(rest: readonly string[]): string | undefined {
  const at = rest.findIndex((word) => /^(?:-o|--output|--output-file)$/.test(word));
  return at === -1
    ? rest.flatMap((word) => /^--output(?:-file)?=(.*)$/.exec(word)?.[1] ?? [])[0]
    : rest[at + 1];
}

/** `pipenv requirements > requirements.txt` */
function redirected({ words }: ShellCommand, script: string): string | undefined {
  const [first = '', second = ''] = words;
  const behind = script.slice(
    Math.max(0, script.search(new RegExp(`${first}\\s+${second}`.replace(/[.+]/g, '\\$&')))),
  );
  return /^[^;&|]*>\s*["']?([^\s"';&|]+)/.exec(behind)?.[1];
}

/** `poetry export` takes the main group and those that it is told; `poetry install` all but optional ones. */
function asPoetryInstalls(rest: readonly string[]): readonly string[] {
  if (rest.some((word) => /^--only\b/.test(word))) return rest;
  const more = rest.flatMap((word, at) =>
    word === '--with' ? [rest[at + 1] ?? ''] : (/^--with=(.*)$/.exec(word)?.[1] ?? []),
  );
  const groups = ['main', ...more, ...(rest.includes('--dev') ? ['dev'] : [])];
  const kept = rest.filter((word, at) => !/^--with\b/.test(word) && rest[at - 1] !== '--with');
  return [...kept.filter((word) => word !== '--dev'), '--only', groups.join(',')];
}
