import { lstat, readdir, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { UserError } from '../../../base/index.ts';
import { ignoreMatcher } from '../../../dockerignore/index.ts';
import type { ContextUse } from './context-uses.ts';

/** A source with the paths that it names on the disk, ignored or not. */
export interface PresentUse extends ContextUse {
  readonly hasWildcard: boolean;
  /** Relative to the context; with what a link of the context leads to. */
  readonly paths: readonly string[];
}

/** Looks the sources up on the disk, wildcards as BuildKit's: `*` and `?` within one name, `[a-z]`. Uses of the whole context are left out. */
export async function findSources(root: string, uses: readonly ContextUse[]): Promise<readonly PresentUse[]> {
  const found: PresentUse[] = [];
  for (const use of uses) {
    if (/^[.*/]+$/.test(use.source)) continue;
    const hasWildcard = /[*?[]/.test(use.source);
    const named = await expand(root, '', use.source.split('/'));
    const targets = await Promise.all(named.map((path) => targetOf(root, path)));
    found.push({ ...use, hasWildcard, paths: [...new Set([...named, ...targets.flat()])] });
  }
  return found;
}

async function expand(root: string, directory: string, parts: readonly string[]): Promise<readonly string[]> {
  const [part = '', ...rest] = parts;
  const names = /[*?[\\]/.test(part) ? await matchingNames(join(root, directory), part) : [part];
  const paths = names.map((name) => (directory === '' ? name : `${directory}/${name}`));
  const deeper = await Promise.all(
    paths.map(async (path) => {
      if (rest.length > 0) return expand(root, path, rest);
      return (await isThere(join(root, path))) ? [path] : [];
    }),
  );
  return deeper.flat();
}

/** The names that one part of a wildcard matches, as Go's `filepath.Match` does. */
async function matchingNames(directory: string, part: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch(() => []);
  try {
    // Within one name, two stars say no more than one.
    const pattern = part.replaceAll(/\*+/g, '*');
    const matcher = ignoreMatcher([{ pattern, isException: false, line: 1 }]);
    return names.filter((name) => matcher.isIgnored(name));
  } catch (error) {
    // A pattern that is none matches nothing: the build says so.
    if (error instanceof UserError) return [];
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Where a path leads through symbolic links, when that is another place in the context. */
async function targetOf(root: string, path: string): Promise<readonly string[]> {
  try {
    const [base, target] = await Promise.all([realpath(root), realpath(join(root, path))]);
    const place = relative(base, target).split(sep).join('/');
    return place === '' || place === path || place.startsWith('../') ? [] : [place];
  } catch {
    // A link to nowhere, or one that leads in a circle.
    return [];
  }
}
