import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { mergeCompose } from './compose-merge.ts';
import { checkCompose, checkExtends, type ExtendsSource } from './compose-schema.ts';
import { interpolate } from './compose-variables.ts';

/** The services of one compose file. */
export interface ServiceFile {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Absolute. */
  readonly file: string;
  /** What paths are relative to: the project's directory, or the one of a file that is extended. */
  readonly directory: string;
  /** False for a file that is only extended: its paths are relative to itself. */
  readonly isOwn: boolean;
}

/**
 * A service over the ones that it extends, in the same file and in others (Compose specification, `05-services.md`). What cannot be followed
 * is added to `notFollowed`. Throws a `UserError` for an `extends` of a wrong form.
 */
export async function extendService(
  name: string,
  from: ServiceFile,
  notFollowed: string[],
  seen: readonly string[] = [],
): Promise<Readonly<Record<string, unknown>>> {
  const { extends: written, ...own } = from.services[name] ?? {};
  const placed = from.isOwn ? own : withAbsolutePaths(own, from.directory);
  const base = checkExtends(written, `${from.file}: service ${name}`);
  if (base === undefined) return placed;
  const here = `${from.file}#${name}`;
  const source = await fileOf(base, from);
  if (source === undefined || !Object.hasOwn(source.services, base.service) || seen.includes(here)) {
    notFollowed.push(`${name} extends ${base.service}${base.file === undefined ? '' : ` of ${base.file}`}`);
    return placed;
  }
  const extended = await extendService(base.service, source, notFollowed, [...seen, here]);
  return merge(extended, placed);
}

async function fileOf(base: ExtendsSource, from: ServiceFile): Promise<ServiceFile | undefined> {
  if (base.file === undefined) return from;
  const name = interpolate(base.file);
  if (name === undefined) return undefined;
  const file = resolve(from.directory, name);
  if (file === from.file) return from;
  try {
    const value: unknown = parse(await readFile(file, 'utf8'), { merge: true, logLevel: 'silent' });
    return { services: checkCompose(value, file).services, file, directory: dirname(file), isOwn: false };
  } catch {
    // Not there, or no compose file: Compose will say so; here it is only not followed.
    return undefined;
  }
}

function merge(
  base: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  // Two maps give a map.
  return mergeCompose(base, own) as Readonly<Record<string, unknown>>;
}

/** A service whose build context and environment files are seen from anywhere, not from its directory. */
export function withAbsolutePaths(
  service: Readonly<Record<string, unknown>>,
  directory: string,
): Readonly<Record<string, unknown>> {
  const placed = (path: unknown): unknown =>
    typeof path === 'string' && !/^[\w+.-]+:\/\/|^\$/.test(path) ? resolve(directory, path) : path;
  const placedFile = (one: unknown): unknown =>
    typeof one === 'object' && one !== null && 'path' in one
      ? { ...one, path: placed(one.path) }
      : placed(one);
  const { build, env_file: envFile } = service;
  const placedBuild =
    typeof build === 'object' && build !== null && 'context' in build
      ? { ...build, context: placed(build.context) }
      : placed(build);
  return {
    ...service,
    ...(build === undefined ? {} : { build: placedBuild }),
    ...(envFile === undefined
      ? {}
      : { env_file: Array.isArray(envFile) ? envFile.map(placedFile) : placed(envFile) }),
  };
}
