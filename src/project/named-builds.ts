import { readdir, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { UserError } from '../base/index.ts';
import { readCiBuilds } from './ci-builds.ts';
import { type Compose, readCompose } from './compose-file.ts';
import { type InlineDockerfile, inlineDockerfile } from './inline-dockerfile.ts';

/** An image build that a compose file or a pipeline names. */
export interface NamedBuild {
  /** `compose.yaml`, `.github/workflows/release.yml`. */
  readonly place: string;
  /** Absolute path of a file that is there, or the text in the compose file. */
  readonly dockerfile: string | InlineDockerfile;
  /** Absolute path of the build context. */
  readonly context: string;
  /** Names of further contexts, which FROM and COPY --from may use. */
  readonly contextNames: readonly string[];
}

/** The builds that somebody names in or below a directory, and what of them could not be followed. */
export interface NamedBuilds {
  readonly builds: readonly NamedBuild[];
  /** One sentence each. */
  readonly notFollowed: readonly string[];
}

/** The builds that the compose file of a directory and the pipelines of its repository name; a compose file that cannot be read is told, not thrown. */
export async function readNamedBuilds(directory: string): Promise<NamedBuilds> {
  const root = resolve(directory);
  const notFollowed: string[] = [];
  const builds = [...(await composeBuilds(root, notFollowed)), ...(await readCiBuilds(root))].filter(
    ({ dockerfile }) => typeof dockerfile !== 'string' || isBelow(root, dockerfile),
  );
  const there: NamedBuild[] = [];
  for (const { place, dockerfile, context, contextNames } of builds) {
    if (typeof dockerfile === 'string' && !(await isFile(dockerfile)))
      notFollowed.push(`${place} builds ${relative(root, dockerfile)}, which is not there`);
    else there.push({ place, dockerfile, context, contextNames });
  }
  return { builds: there, notFollowed: [...new Set(notFollowed)] };
}

async function composeBuilds(root: string, notFollowed: string[]): Promise<readonly NamedBuild[]> {
  const compose = await composeOf(root, notFollowed);
  if (compose === undefined) return [];
  const [main] = compose.documents;
  notFollowed.push(...compose.notFollowed);
  return compose.services.flatMap(({ name, dockerfile, context, contextNames }): NamedBuild[] => {
    const file = relative(root, (compose.origins.get(name) ?? main)?.file ?? '');
    const build = { place: file, context, contextNames };
    if (dockerfile !== undefined) return isRemote(context) ? [] : [{ ...build, dockerfile }];
    const [inline] = [...compose.documents, ...compose.included].flatMap(
      (one) => inlineDockerfile(one, name) ?? [],
    );
    if (inline !== undefined) return [{ ...build, place: relative(root, inline.file), dockerfile: inline }];
    notFollowed.push(
      `the inline Dockerfile of service ${name} in ${file} is not checked: it is no block of lines (dockerfile_inline: |) there`,
    );
    return [];
  });
}

async function composeOf(root: string, notFollowed: string[]): Promise<Compose | undefined> {
  const names = await readdir(root).catch(() => []);
  try {
    return await readCompose(root, names);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    notFollowed.push(`what the compose file builds is not known: ${error.message}`);
    return undefined;
  }
}

/** A context that is a repository or an archive elsewhere, as it looks when it is taken for a path. */
function isRemote(context: string): boolean {
  return /(?:^|\/)(?:https?|git|ssh):\/|\/git@[^/]+:|\.git(?:#|$)/.test(context);
}

function isBelow(root: string, path: string): boolean {
  const from = relative(root, path);
  return from !== '' && from !== '..' && !from.startsWith(`..${sep}`);
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
