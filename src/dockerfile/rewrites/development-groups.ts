import type { Instruction, ShellCommand, Stage } from '../model.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { removeWords } from './remove-words.ts';

/** What keeps a project installer from installing development dependencies, or why that cannot be asked of it. */
export interface GroupProposal {
  readonly edits: readonly TextEdit[];
  /** `uv sync --no-dev`; empty when nothing is edited. */
  readonly reason: string;
  readonly leftAlone: readonly string[];
}

interface Installer {
  readonly program: string;
  readonly actions: readonly string[];
  /** What is put behind the action. */
  readonly option: string;
  /** Options by which the command says already which groups it wants. */
  readonly decided: RegExp;
}

/** `uv help sync`, `poetry help install` (1.2 and later), `pdm help install`. */
const installers: readonly Installer[] = [
  { program: 'uv', actions: ['sync'], option: '--no-dev', decided: /^--(no-dev|dev|only-|group|all-groups|no-group|no-default-groups)/ },
  { program: 'poetry', actions: ['install', 'sync'], option: '--only main', decided: /^--(only|with|without|no-dev|all-groups)\b/ },
  { program: 'pdm', actions: ['install', 'sync'], option: '--prod', decided: /^(--(prod|production|dev|group|no-default|without)\b|-[Gd])/ },
]; // biome-ignore format: a table

/** `uv sync --frozen` → `uv sync --no-dev --frozen`; undefined for a command that installs no development dependencies. */
export function withoutGroups(
  command: ShellCommand,
  instruction: Instruction,
  target: Stage | undefined,
): GroupProposal | undefined {
  const [program = '', ...rest] = command.words;
  if (program === 'pipenv') return withoutPipenvGroup(command);
  const installer = installers.find((one) => one.program === program);
  const at = command.words.findIndex((word, position) => position > 0 && !word.startsWith('-'));
  const action = command.wordRanges[at];
  if (installer === undefined || action === undefined) return undefined;
  if (!installer.actions.includes(command.words[at] ?? '')) return undefined;
  const { variables } = instruction.before;
  const isOldPoetry = program === 'poetry' && /^(0|1\.[01])(\.|$)/.test(variables['POETRY_VERSION'] ?? '');
  if (rest.some((word) => installer.decided.test(word)) || isOldPoetry) return undefined;
  if (variables['UV_NO_DEV'] !== undefined || variables['UV_NO_GROUP'] !== undefined) return undefined;
  if (program === 'uv' && startsThroughUv(target)) {
    return {
      edits: [],
      reason: '',
      leftAlone: [
        'it installs the development group too, and the container starts with `uv run`, which would install it again: start the program of `.venv/bin` itself, then `uv sync --no-dev` is enough',
      ],
    };
  }
  const task = startedTask(target);
  if (task !== undefined) {
    return {
      edits: [],
      reason: '',
      leftAlone: [`\`${task}\` starts the container, and what it starts may come from the development group`],
    };
  }
  return {
    edits: [{ range: { start: action.end, end: action.end }, newText: ` ${installer.option}` }],
    reason: `${program} ${command.words[at]} ${installer.option}: development dependencies have no use in the running container`,
    leftAlone: [],
  };
}

function withoutPipenvGroup(command: ShellCommand): GroupProposal | undefined {
  if (!command.words.some((word) => word === 'install' || word === 'sync')) return undefined;
  const flags = command.words.flatMap((word, at) => {
    const range = command.wordRanges[at];
    return (word === '--dev' || word === '-d') && range !== undefined ? [{ range }] : [];
  });
  if (flags.length === 0) return undefined;
  return {
    edits: removeWords(command, flags),
    reason: 'pipenv without --dev: development dependencies have no use in the running container',
    leftAlone: [],
  };
}

/** `uv run` brings the environment in line with the lock file first, development group included, unless told not to. */
function startsThroughUv(target: Stage | undefined): boolean {
  return (target?.instructions ?? []).some(
    ({ syntax }) =>
      (syntax.keyword === 'cmd' || syntax.keyword === 'entrypoint') &&
      /\buv\b\W+run\b(?!.*--no-(sync|dev))/.test(syntax.value),
  );
}

/** `poetry run poe serve`: the task runner, and often what it runs, is a development dependency. */
function startedTask(target: Stage | undefined): string | undefined {
  const starts = (target?.instructions ?? []).filter(({ syntax }) =>
    /^(cmd|entrypoint)$/.test(syntax.keyword),
  );
  const found = starts.map(
    ({ syntax }) => /\brun\W+(poe|task|taskipy|invoke|inv|tox|nox|hatch|pytest)\b/.exec(syntax.value)?.[1],
  );
  return found.find((task) => task !== undefined);
}
