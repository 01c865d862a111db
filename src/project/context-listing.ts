import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { messageOf } from '../base/index.ts';
import type { IgnoreMatcher } from '../dockerignore/index.ts';

/** A file or symbolic link of the build context. Paths are relative to the context, with `/`. */
export interface ContextFile {
  readonly path: string;
  readonly kind: 'file' | 'symlink';
  /** 0 for a symbolic link. */
  readonly sizeBytes: number;
  /** Permission bits. */
  readonly mode: number;
}

/** Something that could not be read, and why. */
export interface UnreadableEntry {
  readonly path: string;
  readonly reason: string;
}

/** A directory with all that it holds, at any depth. */
export interface ContextDirectory {
  readonly path: string;
  readonly sizeBytes: number;
  readonly fileCount: number;
}

/** What `docker build` sends of a directory. */
export interface ContextListing {
  /** In path order. */
  readonly files: readonly ContextFile[];
  readonly sentBytes: number;
  readonly fileCount: number;
  /** The largest first; without the context itself. */
  readonly directories: readonly ContextDirectory[];
  readonly unreadable: readonly UnreadableEntry[];
}

/** A listing, and the files that the walk met and that `.dockerignore` leaves out. */
export interface ContextWalk {
  readonly listing: ContextListing;
  /** Left out, from directories that were entered; what lies in a left-out directory is not among them. */
  readonly ignoredFiles: readonly ContextFile[];
}

/**
 * Walks a build context. Directories that `.dockerignore` leaves out are entered only where an exception can take something back in;
 * symbolic links are listed and not followed; sockets, pipes and devices are no part of a context.
 */
export async function walkContext(directory: string, matcher: IgnoreMatcher): Promise<ContextWalk> {
  const limit = pLimit(32);
  const files: ContextFile[] = [];
  const ignoredFiles: ContextFile[] = [];
  const unreadable: UnreadableEntry[] = [];
  const visit = async (path: string): Promise<void> => {
    const stats = await lstat(join(directory, path));
    if (!stats.isFile() && !stats.isSymbolicLink()) return;
    const kind = stats.isFile() ? 'file' : 'symlink';
    const file = {
      path,
      kind,
      sizeBytes: kind === 'file' ? stats.size : 0,
      mode: stats.mode & 0o7777,
    } as const;
    (matcher.isIgnored(path) ? ignoredFiles : files).push(file);
  };
  const enter = async (path: string): Promise<void> => {
    const entries = await limit(() => readdir(join(directory, path), { withFileTypes: true }));
    await Promise.all(
      entries.map((entry) => {
        const child = path === '' ? entry.name : `${path}/${entry.name}`;
        if (entry.isDirectory())
          return matcher.mayContainIncluded(child) ? orUnreadable(child, enter(child)) : undefined;
        return orUnreadable(
          child,
          limit(() => visit(child)),
        );
      }),
    );
  };
  const orUnreadable = async (path: string, work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      if (!matcher.isIgnored(path)) unreadable.push({ path, reason: messageOf(error) });
    }
  };
  await enter('');
  return {
    listing: toListing(files, unreadable),
    ignoredFiles: ignoredFiles.sort(byPath),
  };
}

function toListing(files: ContextFile[], unreadable: UnreadableEntry[]): ContextListing {
  files.sort(byPath);
  return {
    files,
    sentBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    fileCount: files.length,
    directories: directoriesBySize(files),
    unreadable: unreadable.sort(byPath),
  };
}

/** Every directory that holds one of the files, with its cumulated size, the largest first. */
export function directoriesBySize(
  files: readonly Pick<ContextFile, 'path' | 'sizeBytes'>[],
): readonly ContextDirectory[] {
  const totals = new Map<string, { sizeBytes: number; fileCount: number }>();
  for (const { path, sizeBytes } of files) {
    for (let slash = path.lastIndexOf('/'); slash !== -1; slash = path.lastIndexOf('/', slash - 1)) {
      const directory = path.slice(0, slash);
      const total = totals.get(directory) ?? { sizeBytes: 0, fileCount: 0 };
      totals.set(directory, { sizeBytes: total.sizeBytes + sizeBytes, fileCount: total.fileCount + 1 });
    }
  }
  return [...totals]
    .map(([path, total]) => ({ path, ...total }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes || byPath(a, b));
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
