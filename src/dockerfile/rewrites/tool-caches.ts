import type { Instruction, ShellCommand } from '../model.ts';
import { type ProjectTool, projectToolOf, readProjectInstall } from '../project-tool-command.ts';

/** The variables that move or switch off a tool's cache; with one of them its place is not the default one. */
const cacheVariables: Readonly<Record<ProjectTool, readonly string[]>> = {
  uv: ['UV_CACHE_DIR', 'XDG_CACHE_HOME'],
  poetry: ['POETRY_CACHE_DIR', 'XDG_CACHE_HOME'],
  pdm: ['PDM_CACHE_DIR', 'XDG_CACHE_HOME'],
  pipenv: ['PIPENV_CACHE_DIR', 'PIP_CACHE_DIR', 'XDG_CACHE_HOME'],
};

/**
 * Where each tool keeps downloads. Of Poetry's folder only these two: its environments lie beside them, and a mount over those would take
 * them out of the image.
 */
const cacheTargets: Readonly<Record<ProjectTool, readonly string[]>> = {
  uv: ['/root/.cache/uv'],
  poetry: ['/root/.cache/pypoetry/cache', '/root/.cache/pypoetry/artifacts'],
  pdm: ['/root/.cache/pdm'],
  pipenv: ['/root/.cache/pipenv'],
};

/** The cache folders of the tools that install in a RUN; none where its own commands remove one in a way that cannot be taken out. */
export function toolCacheTargets(run: Instruction, text: string): readonly string[] {
  const commands = run.commands ?? [];
  const { variables } = run.before;
  const tools = new Set(commands.flatMap((command) => readProjectInstall(command)?.tool ?? []));
  const mounts = run.syntax.flags.filter((flag) => flag.name === 'mount').map((flag) => flag.value ?? '');
  const isFolderMounted = mounts.some((mount) =>
    /(target|dst|destination)=(\/root\/\.cache|~\/\.cache)\/?(,|$)/.test(mount),
  );
  const isStuck = commands.some((command, at) => isToolCleaning(command) && !isPlainLink(commands, at, text));
  if (isFolderMounted || isStuck) return [];
  return [...tools].flatMap((tool) => {
    const isMoved = cacheVariables[tool].some((name) => variables[name] !== undefined);
    const isLinked = tool === 'uv' && variables['UV_LINK_MODE'] === 'symlink';
    return isMoved || isLinked ? [] : cacheTargets[tool];
  });
}

function isPlainLink(commands: readonly ShellCommand[], at: number, text: string): boolean {
  const [before, command] = [commands[at - 1], commands[at]];
  if (before === undefined || command === undefined || !command.isTopLevel) return false;
  return /^[\s\\]*(&&|;)[\s\\]*$/.test(text.slice(before.range.end, command.range.start));
}

/** `uv cache clean`, `poetry cache clear pypi --all`, `rm -rf ~/.cache/pypoetry`: what would empty a cache mount, or fail on it. */
export function isToolCleaning(command: ShellCommand): boolean {
  const [program = '', ...rest] = command.words;
  if (projectToolOf(program) !== undefined)
    return (
      (rest[0] === 'cache' && /^(clean|clear|prune|purge)$/.test(rest[1] ?? '')) ||
      (program === 'pipenv' && rest.includes('--clear') && rest.length === 1)
    );
  const paths = rest.filter((word) => !word.startsWith('-'));
  return (
    program === 'rm' &&
    paths.length > 0 &&
    paths.every((path) => /^(\/root|~|\$\{?HOME\}?)\/\.cache(\/|$)/.test(path))
  );
}
