import type { AuditRequest } from './audit-request.ts';

/** How Python runs in an image, as far as it decides what bytecode is loaded. */
export interface InstalledPython {
  /** `python3.11`, `pypy3.10`. */
  readonly versions: ReadonlySet<string>;
  readonly hasPython2: boolean;
  /** Levels of optimisation that programs run with, as they stand in file names (PEP 488): `` for none, `1`, `2`. */
  readonly levels: ReadonlySet<string>;
  /** True where Python keeps bytecode in a tree of its own and looks into no `__pycache__`. */
  readonly hasOtherCacheFolder: boolean;
}

const programs = ['usr/bin', 'usr/local/bin', 'bin', 'opt/conda/bin', 'opt/venv/bin'];
const ownDirectory = /(?:^|\/)lib\/((?:python|pypy)\d\.\d+)\//;

/** The versions by the interpreters' programs and by the folders that distributions are installed in; the rest by the configuration. */
export function installedPython({
  root,
  image,
  distributions,
}: Pick<AuditRequest, 'root' | 'image' | 'distributions'>): InstalledPython {
  const has = (program: string): boolean =>
    programs.some((folder) => root.get(`${folder}/${program}`) !== undefined);
  const versions = new Set<string>();
  for (let minor = 6; minor < 30; minor++) {
    for (const version of [`python3.${minor}`, `pypy3.${minor}`]) if (has(version)) versions.add(version);
  }
  for (const { files } of distributions) {
    const version = ownDirectory.exec(files[0] ?? '')?.[1];
    if (version !== undefined) versions.add(version);
  }
  const { env, entrypoint, cmd } = image.config;
  return {
    versions,
    hasPython2: has('python2') || has('python2.7'),
    levels: optimisationLevels(env, [...entrypoint, ...cmd]),
    hasOtherCacheFolder: variable(env, 'PYTHONPYCACHEPREFIX') !== '',
  };
}

function variable(env: readonly string[], name: string): string {
  return env.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

/** What python(1) says on `-O`, `-OO` and PYTHONOPTIMIZE: any text that is no number counts as 1, and the larger of both counts. */
function optimisationLevels(env: readonly string[], command: readonly string[]): ReadonlySet<string> {
  const value = variable(env, 'PYTHONOPTIMIZE');
  const base = value === '' ? 0 : /^\d+$/.test(value) ? Number(value) : 1;
  const words = command.flatMap((part) => part.split(/\s+/));
  const options = words.some((word) => /(?:^|\/)(?:python|pypy)[\d.]*$/.test(word))
    ? words.filter((word) => /^-[bBdEiIPqRsSuvx]*O[bBdEiIOPqRsSuvx]*$/.test(word))
    : [];
  const asked = options.reduce((sum, option) => sum + option.split('O').length - 1, 0);
  // Whatever the program starts runs without the option of its command.
  return new Set(
    [base, Math.max(base, asked)].map((level) => (level === 0 ? '' : String(Math.min(level, 2)))),
  );
}
