import { posix } from 'node:path';

/** A Debian package that a conda image installs, with the programs that make it worth keeping. */
interface BasePackage {
  readonly name: string;
  readonly commands: readonly string[];
}

/** An image that brings conda, as far as leaving it behind is concerned. */
export interface CondaBase {
  readonly kind: 'conda' | 'micromamba';
  /** Where conda is installed, and below which it makes environments. */
  readonly prefix: string;
  /** The system it is built on, in its small variant: `debian:bookworm-slim`. */
  readonly system: string;
  /** What it sets beside PATH. */
  readonly variables: Readonly<Record<string, string>>;
  readonly packages: readonly BasePackage[];
  /** Packages with libraries that wheels load. */
  readonly libraries: readonly string[];
  /** Its ENTRYPOINT, with the package that brings the program. */
  readonly entrypoint: { readonly words: readonly string[]; readonly packageName: string } | undefined;
}

const locale = { LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
const forEverybody: readonly BasePackage[] = [
  { name: 'bzip2', commands: ['bzip2', 'bunzip2', 'bzcat'] },
  { name: 'git', commands: ['git'] },
  { name: 'wget', commands: ['wget'] },
];

/**
 * Reads a reference to an image of Anaconda, conda-forge or micromamba; undefined for every other one, also for their Alpine and CUDA variants.
 * What they bring is what their Dockerfiles say: `anaconda/docker-images` (Debian 12 since 2024), `conda-forge/miniforge-images` (Ubuntu 24.04 since
 * the spring of 2025), `mamba-org/micromamba-docker`.
 */
export function readCondaBase(reference: string): CondaBase | undefined {
  const name = reference.replace(/@.*$/, '');
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const repository = (colon === -1 ? name : name.slice(0, colon)).replace(/^(index\.)?docker\.io\//, '');
  const tag = colon === -1 ? 'latest' : name.slice(colon + 1);
  if (/alpine|cuda|windows|centos|\$/.test(tag)) return undefined;
  const known = { prefix: '/opt/conda' };
  if (/^(ghcr\.io\/mamba-org|mambaorg)\/micromamba$/.test(repository)) return { ...known, ...micromamba };
  if (/^continuumio\/(mini|ana)conda3$/.test(repository)) return { ...known, ...miniconda(yearOf(tag)) };
  if (/^condaforge\/(miniforge3|mambaforge|miniforge-pypy3|mambaforge-pypy3)$/.test(repository))
    return { ...known, ...miniforge(yearOf(tag), posix.basename(repository)) };
  return undefined;
}

const micromamba: Omit<CondaBase, 'prefix'> = {
  kind: 'micromamba',
  system: 'debian:bookworm-slim',
  variables: locale,
  packages: [],
  libraries: [],
  entrypoint: undefined,
};

function miniconda(year: number): Omit<CondaBase, 'prefix'> {
  return {
    kind: 'conda',
    system: year >= 24 ? 'debian:bookworm-slim' : 'debian:bullseye-slim',
    variables: locale,
    packages: [
      ...forEverybody,
      { name: 'mercurial', commands: ['hg'] },
      { name: 'openssh-client', commands: ['ssh', 'scp', 'sftp', 'ssh-keygen', 'ssh-agent', 'ssh-add'] },
      { name: 'procps', commands: ['ps', 'top', 'free', 'pgrep', 'pkill', 'uptime', 'vmstat', 'watch'] },
      { name: 'subversion', commands: ['svn'] },
    ],
    libraries: ['libglib2.0-0', 'libsm6', 'libxext6', 'libxrender1'],
    entrypoint: undefined,
  };
}

function miniforge(year: number, name: string): Omit<CondaBase, 'prefix'> {
  return {
    kind: 'conda',
    // Mambaforge ended before Ubuntu 24.04 came.
    system: year >= 25.03 && name.startsWith('miniforge') ? 'ubuntu:24.04' : 'ubuntu:20.04',
    variables: { CONDA_DIR: '/opt/conda', ...locale },
    packages: forEverybody,
    libraries: [],
    entrypoint: { words: ['tini', '--'], packageName: 'tini' },
  };
}

/** Year and month of a version by date: 24.05 of `24.5.0-0`, of Anaconda's `2024.06-1` 24.06; 4 of `4.12.0`; the newest for `latest`. */
function yearOf(tag: string): number {
  const [, year, month = '0'] =
    /^(?:v|20(?=\d\d\.))?(\d+)(?:\.(\d+))?/.exec(tag.replace(/^py\d+_/, '')) ?? [];
  return year === undefined ? Number.POSITIVE_INFINITY : Number(year) + Number(month) / 100;
}
