import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../../../base/index.ts';

const dockerfileName = /^(?:Dockerfile|Containerfile)(?:[._-][\w.-]+)?$|\.(?:Dockerfile|Containerfile)$/i;
/** Ignore files, templates, what editors leave behind. */
const otherName =
  /\.(?:dockerignore|containerignore|in|j2|jinja2?|tmpl|tpl|template|erb|mustache|md|txt|rst|bak|orig|rej|swp|license)$/i;

/** What is to be checked: files as they are named, each once, and the Dockerfiles of directories. Throws a `UserError` for a directory without one. */
export async function findDockerfiles(named: readonly string[], cwd: string): Promise<readonly string[]> {
  const files = await Promise.all(
    (named.length > 0 ? named : ['.']).map(async (name) => {
      const found = name === '-' ? undefined : await stat(resolve(cwd, name)).catch(() => undefined);
      return found?.isDirectory() === true ? await dockerfilesOf(name, cwd) : [name];
    }),
  );
  return [...new Set(files.flat())];
}

async function dockerfilesOf(directory: string, cwd: string): Promise<readonly string[]> {
  const found = await namesIn(resolve(cwd, directory));
  if (found.length > 0) return found.map((name) => join(directory, name));
  const deeper = await below(directory, cwd);
  throw new UserError(`There is no Dockerfile in ${directory === '.' ? 'this directory' : directory}.`, {
    hint:
      deeper.length === 0
        ? 'Name one: plimsoll lint FILE.'
        : `Name what is meant: plimsoll lint ${deeper.slice(0, 5).join(' ')}`,
  });
}

async function namesIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries
    .filter(
      (entry) =>
        (entry.isFile() || entry.isSymbolicLink()) &&
        dockerfileName.test(entry.name) &&
        !otherName.test(entry.name),
    )
    .map(({ name }) => name)
    .sort();
}

/** The Dockerfiles one level below, for the hint. */
async function below(directory: string, cwd: string): Promise<readonly string[]> {
  const entries = await readdir(resolve(cwd, directory), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name));
  const found = await Promise.all(
    folders.map(async ({ name }) =>
      (await namesIn(resolve(cwd, directory, name))).map((file) => join(directory, name, file)),
    ),
  );
  return found.flat();
}
