import { posix } from 'node:path';
import type { ProjectTool } from '../python/index.ts';
import type { ShellCommand } from './model.ts';

export type { ProjectTool };

/** One installation from manifest and lock file inside a RUN: `uv sync --frozen`, `poetry install --only main`. */
export interface ProjectInstall {
  readonly tool: ProjectTool;
  readonly command: ShellCommand;
  /** The words behind `sync` or `install`. */
  readonly arguments: readonly string[];
  /** Position in `command.words` of the first word behind `sync` or `install`. */
  readonly firstArgument: number;
  /** False with `--no-install-project`, `--no-root`, `--no-self` and the like: the dependencies alone. */
  readonly hasProject: boolean;
}

/** A program that a tool starts in its environment: `uv run --frozen uvicorn app:app`. */
export interface ToolRun {
  readonly tool: ProjectTool;
  /** How many words go when the program is started without the tool: 3 in the example. */
  readonly droppedWords: number;
  /** What has to stand in their place: `python` for `uv run main.py`. */
  readonly prefix: readonly string[];
  /** `uvicorn`. */
  readonly program: string;
  /** False when the tool brings the environment in line with the lock file first, which only `uv run` does. */
  readonly isSyncing: boolean;
}

const actions: Readonly<Record<ProjectTool, readonly string[]>> = {
  uv: ['sync'],
  poetry: ['install', 'sync'],
  pdm: ['install', 'sync'],
  pipenv: ['install', 'sync'],
};

const withoutProject =
  /^--(no-install-project|no-install-workspace|no-install-local|no-root|no-self|only-group|no-project)\b/;

/** The tool that a program's word names, by whatever path: `/root/.local/bin/poetry` → `poetry`. */
export function projectToolOf(word: string): ProjectTool | undefined {
  const name = posix.basename(word);
  return name === 'uv' || name === 'poetry' || name === 'pdm' || name === 'pipenv' ? name : undefined;
}

/** The installation that a command is, or undefined; `pipenv install NAME`, which adds a package, is none. */
export function readProjectInstall(command: ShellCommand): ProjectInstall | undefined {
  const start = toolWord(command.words);
  if (start === undefined) return undefined;
  const at = command.words.findIndex((word, position) => position > start.position && !word.startsWith('-'));
  if (at === -1 || !actions[start.tool].includes(command.words[at] ?? '')) return undefined;
  const rest = command.words.slice(at + 1);
  if (start.tool === 'pipenv' && rest.some((word) => !word.startsWith('-'))) return undefined;
  return {
    tool: start.tool,
    command,
    arguments: rest,
    firstArgument: at + 1,
    hasProject: start.tool !== 'pipenv' && !rest.some((word) => withoutProject.test(word)),
  };
}

/** `poetry …`, `/opt/poetry/bin/poetry …`, `python -m poetry …`. */
export function toolWord(words: readonly string[]): { tool: ProjectTool; position: number } | undefined {
  const tool = projectToolOf(words[0] ?? '');
  if (tool !== undefined) return { tool, position: 0 };
  const isModule = /^python(\d+(\.\d+)?)?$/.test(posix.basename(words[0] ?? '')) && words[1] === '-m';
  const module = isModule ? projectToolOf(words[2] ?? '') : undefined;
  return module === undefined ? undefined : { tool: module, position: 2 };
}

/** Options of `uv run` that say how the environment is brought in line, not what runs (`uv help run`). */
const plainRunOptions = new Set([
  '--no-sync', '--frozen', '--locked', '--no-dev', '--offline', '--quiet', '-q', '--no-progress', '--no-cache', '-n', '--no-editable', '--',
]); // biome-ignore format: a list

/**
 * The program that `uv run`, `poetry run`, `pdm run` or `pipenv run` starts; `unsure` where an option asks for more than starting it
 * (`--with`, `--extra`, `--env-file`); undefined for every other command.
 */
export function readToolRun(words: readonly string[]): ToolRun | 'unsure' | undefined {
  const start = toolWord(words);
  if (start === undefined) return undefined;
  if (words[start.position + 1] !== 'run') return words.includes('run') ? 'unsure' : undefined;
  const { tool } = start;
  let at = start.position + 2;
  let isModule = false;
  while (words[at]?.startsWith('-') === true) {
    const option = words[at] ?? '';
    isModule = tool === 'uv' && (option === '-m' || option === '--module');
    if (!isModule && (tool !== 'uv' || !plainRunOptions.has(option))) return 'unsure';
    at += 1;
    if (isModule) break;
  }
  const program = words[at];
  if (program === undefined || /[$]|^-|^https?:/.test(program)) return 'unsure';
  const isScript = tool === 'uv' && program.endsWith('.py');
  return {
    tool,
    droppedWords: at,
    prefix: isModule ? ['python', '-m'] : isScript ? ['python'] : [],
    program: isModule || isScript ? 'python' : program,
    isSyncing: tool === 'uv' && !words.slice(0, at).includes('--no-sync'),
  };
}
