import { posix } from 'node:path';
import type { Instruction, Stage } from '../model.ts';
import { type ProjectInstall, readProjectInstall } from '../project-tool-command.ts';

/** Where a tool puts a project's environment. */
export type EnvironmentPlace =
  /** At a path that the Dockerfile fixes: `/app/.venv`. */
  | { readonly kind: 'fixed'; readonly path: string }
  /** Among the system's packages. */
  | { readonly kind: 'system' }
  /** Below the tool's cache, under a name with a hash. */
  | { readonly kind: 'hidden' }
  | { readonly kind: 'unknown'; readonly because: string };

/** Where an installation puts the environment, by options, variables and the tool's configuration before it. */
export function environmentPlace(
  install: ProjectInstall,
  instruction: Instruction,
  stage: Stage,
): EnvironmentPlace {
  const { variables, workdir } = instruction.before;
  const commands = instruction.commands ?? [];
  const moved = commands.slice(0, commands.indexOf(install.command)).some(({ words }) => words[0] === 'cd');
  if (moved || install.command.words.some((word) => /^(--(directory|project(-dir)?)\b|-C|-P$)/.test(word)))
    return { kind: 'unknown', because: 'it runs in another directory' };
  if (install.command.assignments.length > 0)
    return { kind: 'unknown', because: 'variables are set for it alone' };
  if (workdir === undefined || !workdir.startsWith('/') || workdir.includes('$'))
    return { kind: 'unknown', because: 'its working directory is not known' };
  const inProject: EnvironmentPlace = { kind: 'fixed', path: posix.join(workdir, '.venv') };
  const active = activeEnvironment(variables['VIRTUAL_ENV']);
  const isSet = (name: string): boolean => /^(1|true|yes|on)$/i.test(variables[name] ?? '');
  if (install.tool === 'uv') return uvPlace(install, variables, inProject, active);
  if (active !== undefined) return active;
  if (install.tool === 'poetry') {
    if (
      /^(0|false|no)$/i.test(variables['POETRY_VIRTUALENVS_CREATE'] ?? '') ||
      isConfigured(stage, instruction, 'virtualenvs.create', 'false')
    )
      return { kind: 'system' };
    const isInProject =
      isSet('POETRY_VIRTUALENVS_IN_PROJECT') ||
      isConfigured(stage, instruction, 'virtualenvs.in-project', 'true');
    return isInProject ? inProject : { kind: 'hidden' };
  }
  if (install.tool === 'pdm') return pdmPlace(install, stage, instruction, inProject);
  if (install.arguments.includes('--system')) return { kind: 'system' };
  return isSet('PIPENV_VENV_IN_PROJECT') ? inProject : { kind: 'hidden' };
}

function activeEnvironment(value: string | undefined): EnvironmentPlace | undefined {
  if (value === undefined) return undefined;
  return value.startsWith('/') && !value.includes('$')
    ? { kind: 'fixed', path: value.replace(/\/$/, '') }
    : { kind: 'unknown', because: `VIRTUAL_ENV is ${value}` };
}

/** `UV_PROJECT_ENVIRONMENT`, `--active`, else `.venv` (uv, "Project environment path"). */
function uvPlace(
  install: ProjectInstall,
  variables: Readonly<Record<string, string>>,
  inProject: EnvironmentPlace,
  active: EnvironmentPlace | undefined,
): EnvironmentPlace {
  if (install.arguments.includes('--active')) return active ?? inProject;
  const path = variables['UV_PROJECT_ENVIRONMENT'];
  if (path === undefined || path === '') return inProject;
  if (/^\/usr(\/local)?\/?$/.test(path)) return { kind: 'system' };
  if (path.includes('$')) return { kind: 'unknown', because: `UV_PROJECT_ENVIRONMENT is ${path}` };
  const folder = inProject.kind === 'fixed' ? posix.dirname(inProject.path) : '/';
  return { kind: 'fixed', path: posix.resolve(folder, path) };
}

/** PDM makes `.venv` in the project, unless it is told to use `__pypackages__` or the system. */
function pdmPlace(
  install: ProjectInstall,
  stage: Stage,
  instruction: Instruction,
  inProject: EnvironmentPlace,
): EnvironmentPlace {
  const isGlobal = install.command.words.some((word) => word === '-g' || word === '--global');
  const isOff =
    /^(0|false|no)$/i.test(instruction.before.variables['PDM_USE_VENV'] ?? '') ||
    isConfigured(stage, instruction, 'python.use_venv', 'false');
  const isOutside = isConfigured(stage, instruction, 'venv.in_project', 'false');
  const hasFolder = stage.instructions.some((one) => one.syntax.value.includes('__pypackages__'));
  return isGlobal || isOff || isOutside || hasFolder
    ? { kind: 'unknown', because: 'PDM is told to install without a `.venv`' }
    : inProject;
}

/** `poetry config virtualenvs.create false` in the stage, up to the instruction. */
function isConfigured(stage: Stage, instruction: Instruction, key: string, value: string): boolean {
  const until = stage.instructions.indexOf(instruction);
  return stage.instructions.slice(0, until + 1).some(({ commands }) =>
    (commands ?? []).some(({ words }) => {
      const at = words.findIndex((word) => word === key || word === `settings.${key}`);
      return at > 0 && words[at + 1]?.toLowerCase() === value;
    }),
  );
}

/** The project installations of an instruction. */
export function projectInstalls(instruction: Instruction): readonly ProjectInstall[] {
  return (instruction.commands ?? []).flatMap((command) => readProjectInstall(command) ?? []);
}
