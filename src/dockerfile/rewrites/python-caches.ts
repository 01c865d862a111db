import { posix } from 'node:path';
import type { Instruction } from '../model.ts';
import { hasPipOption, readPipInstall } from '../pip-command.ts';
import { programOf } from '../programs.ts';
import { cacheSwitches } from './cache-variables.ts';

/** The program whose cache is meant. */
export type CachingProgram = 'pip' | 'uv';

const places = {
  pip: { variable: 'PIP_CACHE_DIR', folder: '/root/.cache/pip' },
  uv: { variable: 'UV_CACHE_DIR', folder: '/root/.cache/uv' },
} as const;

/** Where the cache of pip or uv lies for a RUN of root; undefined where a variable puts it to a place that cannot be told or that the application may use. */
export function pythonCache(
  program: CachingProgram,
  { before: { variables } }: Instruction,
): string | undefined {
  const { variable, folder } = places[program];
  const set = variables[variable];
  if (set !== undefined)
    return /^\/[\w./-]+$/.test(set) && set.length > 1 ? posix.normalize(set).replace(/\/$/, '') : undefined;
  const isUsual = (variables['HOME'] ?? '/root') === '/root' && variables['XDG_CACHE_HOME'] === undefined;
  return isUsual ? folder : undefined;
}

/** Which of the programs install in a RUN. */
export function cachingPrograms(run: Instruction): readonly CachingProgram[] {
  const installs = (run.commands ?? []).flatMap((command) => readPipInstall(command) ?? []);
  return (['pip', 'uv'] as const).filter((program) => installs.some(({ tool }) => tool === program));
}

/** An option or an assignment in the RUN itself moves the cache or switches it off in a way that stays. */
export function hasOwnCache(run: Instruction, program: CachingProgram): boolean {
  const names = new RegExp(`^(${cacheSwitches[program]}|${places[program].variable}|XDG_CACHE_HOME|HOME)=`);
  return (run.commands ?? []).some(
    (command) =>
      command.assignments.some((one) => names.test(one)) ||
      (programOf(command) === 'export' && command.words.some((word) => names.test(word))) ||
      (readPipInstall(command)?.tool === program && isCacheNamed(command)),
  );
}

function isCacheNamed(command: Parameters<typeof readPipInstall>[0]): boolean {
  const install = readPipInstall(command);
  return install !== undefined && hasPipOption(install, '--cache-dir');
}

/** May a RUN call pip where that cannot be seen: a script, `pip wheel`, conda's `pip:` section? */
export function mayUsePip(run: Instruction): boolean {
  const { syntax, commands } = run;
  if (syntax.keyword !== 'run') return syntax.keyword === 'onbuild';
  if (commands === undefined) return /\bpip|\.sh\b|\bsetup\b/.test(syntax.value);
  return commands.some((command) => {
    const program = programOf(command);
    return (
      /^(sh|bash|dash|source|\.|conda|mamba|micromamba|make|tox|nox|hatch|pipx|mim|xargs|jupyter|cog|playwright)$/.test(
        program,
      ) ||
      /\.sh$/.test(program) ||
      (/^pip[\d.]*$/.test(program) && /^(wheel|download)$/.test(command.words[1] ?? ''))
    );
  });
}
