import { open, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import pLimit from 'p-limit';
import { formatBytes, messageOf } from '../base/index.ts';
import type { ContextFile, UnreadableEntry } from './context-listing.ts';

/** A text file of the project. */
export interface ProjectText {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly text: string;
  /** False when `.dockerignore` leaves it out. */
  readonly isInContext: boolean;
}

/** The files of a project that say what it is made of. */
export interface ProjectTexts {
  /** `requirements*.txt`, `requirements/*.txt`, `constraints*.txt`, also `.in`. */
  readonly requirements: readonly ProjectText[];
  /** pyproject.toml, lock files, Pipfile, setup.py, environment.yml and the like, and the settings of Streamlit. */
  readonly manifests: readonly ProjectText[];
  /** `*.py` and `*.ipynb`, and executable scripts that name Python. */
  readonly pythonSources: readonly ProjectText[];
  /** `*.sh`, and executable scripts that name a shell. */
  readonly shellScripts: readonly ProjectText[];
  readonly unreadable: readonly UnreadableEntry[];
}

/** Larger sources are generated or hold data; reading them says nothing about the project. */
const largestSourceBytes = 5_000_000;
const largestManifestBytes = 50_000_000;

/** Names of directories whose files are of other people or made by tools. */
export const foreignDirectories: ReadonlySet<string> = new Set([
  '.venv',
  'venv',
  'node_modules',
  'site-packages',
  'dist-packages',
  '__pycache__',
  '__pypackages__',
  '.git',
  '.hg',
  '.svn',
  '.tox',
  '.nox',
  '.eggs',
  '.ipynb_checkpoints',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  '.plimsoll',
]);

const manifestNames = new Set([
  'pyproject.toml',
  'poetry.lock',
  'uv.lock',
  'pdm.lock',
  'pylock.toml',
  'Pipfile',
  'Pipfile.lock',
  'setup.py',
  'setup.cfg',
  'MANIFEST.in',
  '.gitignore',
  'conda-lock.yml',
  'pixi.toml',
  'pixi.lock',
  '.python-version',
  'uv.toml',
  'pip.conf',
]);

type Role = 'requirements' | 'manifests' | 'pythonSources' | 'shellScripts';

type ListedFile = ContextFile & { readonly isInContext: boolean };

interface ReadText {
  readonly roles: readonly Role[];
  readonly text: ProjectText;
}

/**
 * Reads the texts that matter out of a project's files, and the requirements files that other ones include, whatever their names.
 * What cannot be read, or is too large to be a source, is reported, not thrown.
 */
export async function readProjectTexts(
  directory: string,
  files: readonly ListedFile[],
): Promise<ProjectTexts> {
  const environments = files
    .filter(({ path }) => posix.basename(path) === 'pyvenv.cfg')
    .map(({ path }) => `${posix.dirname(path)}/`);
  const limit = pLimit(16);
  const unreadable: UnreadableEntry[] = [];
  const own = files.filter((file) => file.kind === 'file' && !isForeign(file.path, environments));
  const readAll = async (wanted: readonly ListedFile[], role?: Role): Promise<readonly ReadText[]> => {
    const found = await Promise.all(
      wanted.map((file) =>
        limit(async () => {
          try {
            return await readText(directory, file, role === undefined ? rolesOf(file.path) : [role]);
          } catch (error) {
            unreadable.push({ path: file.path, reason: messageOf(error) });
            return undefined;
          }
        }),
      ),
    );
    return found.filter((one) => one !== undefined);
  };
  const read = [...(await readAll(own))];
  const seen = new Set([...read.map(({ text }) => text.path), ...unreadable.map(({ path }) => path)]);
  for (let including: readonly ReadText[] = read; including.length > 0; ) {
    const included = new Set(
      including.filter(({ roles }) => roles.includes('requirements')).flatMap(({ text }) => includedBy(text)),
    );
    const unread = own.filter(({ path }) => included.has(path) && !seen.has(path));
    for (const { path } of unread) seen.add(path);
    including = await readAll(unread, 'requirements');
    read.push(...including);
  }
  const ofRole = (role: Role): readonly ProjectText[] =>
    read.flatMap((one) => (one.roles.includes(role) ? [one.text] : []));
  return {
    requirements: ofRole('requirements'),
    manifests: ofRole('manifests'),
    pythonSources: ofRole('pythonSources'),
    shellScripts: ofRole('shellScripts'),
    unreadable,
  };
}

function isForeign(path: string, environments: readonly string[]): boolean {
  return (
    environments.some((environment) => path.startsWith(environment)) ||
    path
      .split('/')
      .slice(0, -1)
      .some((part) => foreignDirectories.has(part) || part.endsWith('.egg-info'))
  );
}

/** What `-r` and `-c` lines of a requirements file name, as paths in the project. */
function includedBy({ path, text }: ProjectText): readonly string[] {
  return [...text.matchAll(/^[ \t]*(?:-r|-c|--requirement|--constraint)[ \t=]*([^\s#]+)/gm)].map(
    ([, target = '']) => posix.join(posix.dirname(path), target),
  );
}

async function readText(
  directory: string,
  file: ListedFile,
  roles: readonly Role[],
): Promise<ReadText | undefined> {
  const full = join(directory, file.path);
  const isScript = roles.length === 0 && isExecutable(file);
  const scriptRole = isScript ? await roleOfScript(full) : undefined;
  const all = scriptRole === undefined ? roles : [scriptRole];
  if (all.length === 0) return undefined;
  const largest = all.includes('manifests') ? largestManifestBytes : largestSourceBytes;
  if (file.sizeBytes > largest) throw new Error(`not read: larger than ${formatBytes(largest)}`);
  const text = await readFile(full, 'utf8');
  return { roles: all, text: { path: file.path, text, isInContext: file.isInContext } };
}

function rolesOf(path: string): readonly Role[] {
  const name = posix.basename(path);
  const roles: Role[] = [];
  if (isRequirements(path)) roles.push('requirements');
  if (manifestNames.has(name) || isEnvironmentFile(name) || path.endsWith('.streamlit/config.toml'))
    roles.push('manifests');
  if (/\.(py|ipynb)$/.test(name)) roles.push('pythonSources');
  if (/\.(sh|bash)$/.test(name)) roles.push('shellScripts');
  return roles;
}

/** What conda makes environments of: `environment.yml`, `environment-gpu.yaml`, `conda_env.yml`. */
function isEnvironmentFile(name: string): boolean {
  return /(?:^|[-_.])(?:environment|env|conda)(?:[-_.][\w.-]*)?\.ya?ml$/i.test(name);
}

/** `requirements.txt`, `dev-requirements.txt`, `requirements_gpu.in`, `constraints.txt`, `requirements/base.txt`, `requirements-dev.lock`. */
export function isRequirements(path: string): boolean {
  const name = posix.basename(path);
  if (/^(?:.*[-_.])?requirements(?:[-_.].*)?\.lock$/i.test(name)) return true;
  if (!/\.(txt|in)$/i.test(name)) return false;
  if (/^(?:.*[-_.])?(?:requirements?|constraints?|reqs?)(?:[-_.].*)?\.(?:txt|in)$/i.test(name)) return true;
  return /(?:^|[-_.])(?:requirements?|reqs?)$/i.test(posix.basename(posix.dirname(path)));
}

function isExecutable(file: ContextFile): boolean {
  return (file.mode & 0o111) !== 0 && posix.extname(file.path) === '' && file.sizeBytes < 1_000_000;
}

async function roleOfScript(path: string): Promise<Role | undefined> {
  await using handle = await open(path);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(128), 0, 128, 0);
  const firstLine = buffer.toString('latin1', 0, bytesRead).split('\n')[0] ?? '';
  if (/^#!.*\bpython[\d.]*\b/.test(firstLine)) return 'pythonSources';
  return /^#!.*\b(?:ba|da|a)?sh\b/.test(firstLine) ? 'shellScripts' : undefined;
}
