import { posix } from 'node:path';
import { type EnvironmentFile, readCondaEnvironment } from '../../python/index.ts';
import { type CondaInstall, readCondaRun } from '../conda-command.ts';
import type { Instruction, StageState } from '../model.ts';
import type { CondaBase } from './conda-base.ts';
import { filledIn } from './filled-in.ts';
import type { RewriteFacts } from './rewrite.ts';

/** An environment of conda: its name, and the absolute path that its files have in them. */
export interface CondaEnvironment {
  /** `base` for the one that conda itself is in; of one that was made by path, the path. */
  readonly name: string;
  readonly prefix: string;
}

/** The environment of `-n NAME` or `-p PREFIX`; undefined where neither is given or a variable in it is not known. */
export function namedEnvironment(
  { name, prefix }: { readonly name: string | undefined; readonly prefix: string | undefined },
  { before }: { readonly before: StageState },
  base: CondaBase,
): CondaEnvironment | undefined {
  const path = filledIn(prefix ?? '', before.variables);
  if (path !== '')
    return path.includes('$') || (!path.startsWith('/') && before.workdir === undefined)
      ? undefined
      : ofPrefix(posix.resolve(before.workdir ?? '/', path), base);
  const word = filledIn(name ?? '', before.variables);
  if (word === '' || /[$/]/.test(word)) return undefined;
  return ofName(word, base);
}

function ofName(name: string, { prefix }: CondaBase): CondaEnvironment {
  return name === 'base' || name === 'root'
    ? { name: 'base', prefix }
    : { name, prefix: `${prefix}/envs/${name}` };
}

function ofPrefix(prefix: string, base: CondaBase): CondaEnvironment {
  if (prefix === base.prefix) return ofName('base', base);
  return posix.dirname(prefix) === `${base.prefix}/envs`
    ? ofName(posix.basename(prefix), base)
    : { name: prefix, prefix };
}

/** The environment that an instruction runs in, as far as SHELL, PATH and conda's variables say; `base` where they say nothing. */
export function activeEnvironment(
  instruction: { readonly before: StageState },
  base: CondaBase,
  prefixes: readonly string[],
): CondaEnvironment | undefined {
  const run = readCondaRun(instruction.before.shell);
  if (run === 'unsure') return undefined;
  if (run !== undefined) return namedEnvironment(run, instruction, base) ?? ofName('base', base);
  const first = pathFolders(instruction.before, base).find((folder) =>
    [base.prefix, ...prefixes].some((prefix) => folder === `${prefix}/bin`),
  );
  return first === undefined ? ofName('base', base) : ofPrefix(posix.dirname(first), base);
}

/** The folders of PATH, as far as they are known. */
export function pathFolders({ env }: StageState, base: CondaBase): readonly string[] {
  const path = filledIn(env['PATH'] ?? '', { ...base.variables, ...env });
  return path.split(':').map((folder) => folder.replace(/(.)\/$/, '$1'));
}

/** The environment that an installation changes; undefined where that cannot be told. */
export function installEnvironment(
  install: CondaInstall,
  instruction: Instruction,
  { base, facts }: { readonly base: CondaBase; readonly facts: RewriteFacts },
): CondaEnvironment | undefined {
  if (install.name !== undefined || install.prefix !== undefined)
    return namedEnvironment(install, instruction, base);
  const file = environmentFile(install, facts);
  if (
    install.command.words.includes('env') ||
    (install.command.words.includes('create') && file !== undefined)
  ) {
    const name = file?.conda?.name;
    return name === undefined ? undefined : ofName(name, base);
  }
  if (install.command.words.includes('create')) return undefined;
  const { env } = instruction.before;
  const [prefix, name] = [env['CONDA_PREFIX'], env['CONDA_DEFAULT_ENV']];
  if (readCondaRun(instruction.before.shell) === undefined && (prefix ?? name) !== undefined)
    return namedEnvironment({ name, prefix }, instruction, base);
  return activeEnvironment(instruction, base, []);
}

/** The environment file that an installation reads, if it lies in the build context under a name of its own and can be read. */
export function environmentFile(
  { command, file }: CondaInstall,
  { contextManifests }: RewriteFacts,
): EnvironmentFile | undefined {
  // Only `conda env` reads `environment.yml` unasked.
  if (file === undefined && !command.words.includes('env')) return undefined;
  const name = posix.basename(file ?? 'environment.yml');
  const found = [...(contextManifests ?? [])].filter(([path]) => posix.basename(path) === name);
  const [only] = found;
  if (only === undefined || found.length > 1) return undefined;
  const read = readCondaEnvironment({ path: only[0], text: only[1] });
  return read.conda === undefined ? undefined : read;
}

/** Does an environment file or a list of packages name a Python, or what never comes without one? */
export function bringsPython({ packages }: CondaInstall, file: EnvironmentFile | undefined): boolean {
  const python = /^(?:[\w./-]+::)?(?:python|pip|py\w[\w.-]*)(?:[\s=<>!~[].*)?$/;
  const listed = (file?.distributions ?? []).filter(({ isConda }) => isConda).map(({ name }) => name);
  return file?.conda?.hasPipSection === true || [...packages, ...listed].some((one) => python.test(one));
}
