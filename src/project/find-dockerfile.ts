import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf, UserError } from '../base/index.ts';

/** Names that Docker, then Podman, take without being told. */
const defaultNames = ['Dockerfile', 'dockerfile', 'Containerfile'];
const otherNames =
  /^(?!.*\.dockerignore$)(?:.+\.(?:dockerfile|containerfile)|(?:dockerfile|containerfile)\..+)$/i;

/** That a project has no Dockerfile: a `UserError` of its own, so that a caller can go on without. */
export class NoDockerfileError extends UserError {}

/** The names of what lies in a project's directory; a `UserError` when there is no such directory or nothing in it. */
export async function listProjectDirectory(directory: string): Promise<readonly string[]> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    // Node's system errors carry their code.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') {
      throw new UserError(`${directory} is a file, not a directory`, {
        hint: 'Give the directory of the project (the build context); name a Dockerfile with -f.',
      });
    }
    const message =
      code === 'ENOENT'
        ? `there is no directory ${directory}`
        : `cannot read ${directory}: ${messageOf(error)}`;
    throw new UserError(message, { hint: 'Give the directory that `docker build` is run on.', cause: error });
  }
  if (names.length === 0) {
    throw new UserError(`${directory} is empty`, {
      hint: 'Give the directory that holds the Dockerfile and the source.',
    });
  }
  return names.sort();
}

/**
 * The absolute path of a project's Dockerfile: the named one (relative to `directory`), else the one that the compose file and the pipelines
 * build, else `Dockerfile` or `Containerfile`, else the only `*.Dockerfile` or `Dockerfile.*`. A `UserError` when there is none, or when it is not clear which.
 */
export async function findDockerfile(
  directory: string,
  names: readonly string[],
  choice: { readonly named?: string | undefined; readonly ofBuilders?: string | undefined },
): Promise<string> {
  if (choice.named !== undefined) return existingFile(resolve(directory, choice.named));
  const standard = defaultNames.find((name) => names.includes(name));
  const ofBuilders =
    choice.ofBuilders !== undefined && (await isFile(choice.ofBuilders)) ? choice.ofBuilders : undefined;
  if (ofBuilders !== undefined) return ofBuilders;
  if (standard !== undefined) return existingFile(join(directory, standard));
  if (choice.ofBuilders !== undefined) return existingFile(choice.ofBuilders);
  const others = names.filter((name) => otherNames.test(name));
  const [only] = others;
  if (only !== undefined && others.length === 1) return existingFile(join(directory, only));
  if (others.length > 1) {
    throw new UserError(`${directory} has ${others.length} Dockerfiles: ${others.join(', ')}`, {
      hint: `Say which one with -f, for example -f ${only}.`,
    });
  }
  const below = await dockerfilesBelow(directory, names);
  throw new NoDockerfileError(`${directory} has no Dockerfile`, {
    hint:
      below.length === 0
        ? 'Name it with -f, or give another directory.'
        : `Name one with -f; there is ${below.join(', ')}.`,
  });
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

async function existingFile(path: string): Promise<string> {
  try {
    if ((await stat(path)).isDirectory()) {
      throw new UserError(`${path} is a directory, not a Dockerfile`, {
        hint: 'Name the Dockerfile inside of it.',
      });
    }
    return path;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`there is no Dockerfile ${path}`, {
      hint: 'The path given with -f is relative to the project directory.',
      cause: error,
    });
  }
}

async function dockerfilesBelow(directory: string, names: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    names.map(async (name) => {
      const inside = await readdir(join(directory, name)).catch(() => []);
      return inside
        .filter((file) => defaultNames.includes(file) || otherNames.test(file))
        .map((file) => `${name}/${file}`);
    }),
  );
  return found.flat().slice(0, 5);
}
