import { type IgnoreMatcher, type WalkedContext, walkContext as walk } from '../dockerignore/index.ts';

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

/** A listing, the walk that it sums up, and the files that the walk met and that `.dockerignore` leaves out. */
export interface ContextWalk {
  readonly listing: ContextListing;
  readonly walked: WalkedContext;
  /** Left out, from directories that were entered; what lies in a left-out directory is not among them. */
  readonly ignoredFiles: readonly ContextFile[];
}

/** Walks a build context: its files and symbolic links; sockets, pipes and devices hold no bytes. */
export async function walkContext(directory: string, matcher: IgnoreMatcher): Promise<ContextWalk> {
  const walked = await walk(directory, matcher);
  return {
    walked,
    listing: toListing(walked.sent.filter(isFile), walked.unreadable),
    ignoredFiles: walked.ignored.filter(isFile),
  };
}

function isFile<T extends { readonly kind: string }>(entry: T): entry is T & Pick<ContextFile, 'kind'> {
  return entry.kind === 'file' || entry.kind === 'symlink';
}

function toListing(files: readonly ContextFile[], unreadable: readonly UnreadableEntry[]): ContextListing {
  return {
    files,
    sentBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    fileCount: files.length,
    directories: directoriesBySize(files),
    unreadable,
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
