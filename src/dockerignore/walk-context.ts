import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { decodeLossless, encodeLossless, messageOf } from '../base/index.ts';
import type { IgnoreMatcher, WalkVerdict } from './matcher.ts';

/** What stands at a path of a build context. */
export type ContextEntryKind = 'file' | 'directory' | 'symlink' | 'socket' | 'pipe' | 'device';

/** A path of a build context, relative to it, with `/`; bytes that are no UTF-8 as `decodeLossless` keeps them. */
export interface ContextEntry {
  readonly path: string;
  readonly kind: ContextEntryKind;
  /** 0 for all but files. */
  readonly sizeBytes: number;
  /** Permission bits. */
  readonly mode: number;
}

/** A path that is sent. */
export interface SentEntry extends ContextEntry {
  /** Position of the exception that takes it back in; undefined where nothing leaves it out. */
  readonly rule: number | undefined;
}

/** A path that stays out. */
export interface IgnoredEntry extends ContextEntry {
  /** Position of the pattern that leaves it out. */
  readonly rule: number;
  /** True for a directory that was not entered: nothing below it can be in the context, and nothing below it is listed. */
  readonly isClosed: boolean;
}

/** A walk through a build context. All lists are in path order. */
export interface WalkedContext {
  /** What is sent, directories included. */
  readonly sent: readonly SentEntry[];
  readonly ignored: readonly IgnoredEntry[];
  /** What could not be read and is not left out: an engine fails on it. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Walks a build context as BuildKit does when it sends one (tonistiigi/fsutil `NewFilterFS`). A directory that stays out is entered
 * only where an exception can take something back in; symbolic links are listed and not followed. A directory that stays out
 * and holds something that is sent is sent with it.
 */
export async function walkContext(directory: string, matcher: IgnoreMatcher): Promise<WalkedContext> {
  const walk: Walk = { root: directory, matcher, limit: pLimit(32), sent: [], ignored: [], unreadable: [] };
  await enter(walk, '', undefined);
  const kept = parentsOf(walk.sent);
  const [revived, ignored] = partition(
    walk.ignored,
    ({ path, kind }) => kind === 'directory' && kept.has(path),
  );
  return {
    sent: [
      ...walk.sent,
      ...revived.map(({ rule: _, isClosed: __, ...entry }) => ({ ...entry, rule: undefined })),
    ].sort(byPath),
    ignored: ignored.sort(byPath),
    unreadable: walk.unreadable.sort(byPath),
  };
}

interface Walk {
  readonly root: string;
  readonly matcher: IgnoreMatcher;
  readonly limit: ReturnType<typeof pLimit>;
  readonly sent: SentEntry[];
  readonly ignored: IgnoredEntry[];
  readonly unreadable: { path: string; reason: string }[];
}

async function enter(walk: Walk, directory: string, above: WalkVerdict | undefined): Promise<void> {
  const { root, matcher, limit } = walk;
  const folder = encodeLossless(join(root, directory));
  const entries = await limit(() => readdir(folder, { withFileTypes: true, encoding: 'buffer' }));
  await Promise.all(
    entries.map(async (entry) => {
      const name = decodeLossless(entry.name);
      const path = directory === '' ? name : `${directory}/${name}`;
      const verdict = matcher.walkVerdict(path, above);
      const isEntered = entry.isDirectory() && (!verdict.isIgnored || matcher.mayContainIncluded(path));
      try {
        await limit(() => note(walk, path, { verdict, isEntered }));
        if (isEntered) await enter(walk, path, verdict);
      } catch (error) {
        if (!verdict.isIgnored) walk.unreadable.push({ path, reason: messageOf(error) });
      }
    }),
  );
}

async function note(
  walk: Walk,
  path: string,
  { verdict, isEntered }: { readonly verdict: WalkVerdict; readonly isEntered: boolean },
): Promise<void> {
  const stats = await lstat(encodeLossless(join(walk.root, path)));
  const kind = kindOf(stats);
  const entry = { path, kind, sizeBytes: kind === 'file' ? stats.size : 0, mode: stats.mode & 0o7777 };
  const { isIgnored, rule } = verdict;
  if (!isIgnored || rule === undefined) walk.sent.push({ ...entry, rule });
  else walk.ignored.push({ ...entry, rule, isClosed: kind === 'directory' && !isEntered });
}

function kindOf(stats: Awaited<ReturnType<typeof lstat>>): ContextEntryKind {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isSocket()) return 'socket';
  return stats.isFIFO() ? 'pipe' : 'device';
}

/** Every directory above one of the paths. */
function parentsOf(entries: readonly ContextEntry[]): ReadonlySet<string> {
  const parents = new Set<string>();
  for (const { path } of entries) {
    for (let slash = path.lastIndexOf('/'); slash !== -1; slash = path.lastIndexOf('/', slash - 1)) {
      const parent = path.slice(0, slash);
      if (parents.has(parent)) break;
      parents.add(parent);
    }
  }
  return parents;
}

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
