import { createHash, type Hash } from 'node:crypto';
import { accessSync, type BigIntStats, constants, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { lstat, statfs } from 'node:fs/promises';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { UserError } from '../../base/index.ts';
import { decodeName, type TarEntryType } from '../../tar/index.ts';
import { btrfs, kernelFileSystem } from './kernel-file-systems.ts';

/** One entry of an unpacked root file system, as `lstat` shows it; kept small, since there may be hundreds of thousands. */
export interface TreeEntry {
  /** Below the root, without a leading slash; bytes that are no UTF-8 as `decodeName` describes. */
  readonly path: string;
  readonly type: TarEntryType;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Length of a file's content, 0 for all else. */
  readonly sizeBytes: number;
  /** Whole seconds since 1970, rounded down. */
  readonly mtimeSeconds: number;
  /** Target of a symlink, or the path of the first entry with the same inode, else empty. */
  readonly linkPath: string;
  /** Number of a device. */
  readonly device?: bigint;
}

/** A root file system as it was at one moment, without the files' contents. */
export interface Tree {
  readonly root: string;
  /** Directories before what is in them, names in the order of their bytes. */
  readonly entries: readonly TreeEntry[];
  /** What was left out and why: `proc (a proc file system)`. */
  readonly omitted: readonly string[];
  /**
   * A hash of all that `lstat` tells, inodes and times of change (ctime, which nobody can set) among it: equal only where
   * nothing has changed in between.
   */
  readonly state: string;
  /** The latest time of change, in nanoseconds since 1970. */
  readonly changedNs: bigint;
}

/**
 * Surveys a root file system. Contents of mounted file systems are left out, kernel ones (proc, sysfs, devtmpfs, tmpfs, cgroup …) and stored ones alike,
 * since a mount is no part of an image; so are sockets, which no archive can hold. Throws a `UserError` that names the entries that cannot be read.
 */
export async function surveyTree(root: string, signal?: AbortSignal): Promise<Tree> {
  const survey: Survey = {
    root,
    signal,
    entries: [],
    omitted: [],
    unreadable: [],
    firstLinks: new Map(),
    hash: createHash('sha256'),
    changedNs: 0n,
  };
  const { dev } = await lstat(`${root}/.`, { bigint: true });
  const kernel = kernelFileSystem((await statfs(root)).type);
  if (kernel !== undefined && kernel !== 'tmpfs' && kernel !== 'ramfs') {
    throw new UserError(`${root} is a ${kernel} file system, which holds no files`);
  }
  await visitDirectory(survey, { path: '', absolute: Buffer.from(root), device: dev });
  if (survey.unreadable.length > 0) throw unreadableError(survey);
  const { entries, omitted, hash, changedNs } = survey;
  return { root, entries, omitted, state: hash.digest('hex'), changedNs };
}

interface Survey {
  readonly root: string;
  readonly signal: AbortSignal | undefined;
  readonly entries: TreeEntry[];
  readonly omitted: string[];
  readonly unreadable: string[];
  /** Path of the first entry by device and inode, of files with several names. */
  readonly firstLinks: Map<string, string>;
  readonly hash: Hash;
  changedNs: bigint;
}

/** An entry before it is known what becomes of it. */
interface Found {
  readonly path: string;
  readonly absolute: Buffer;
  readonly type: TarEntryType;
  readonly stats: BigIntStats;
  /** Target of a symlink. */
  readonly target: string;
}

interface Directory {
  readonly path: string;
  readonly absolute: Buffer;
  readonly device: bigint;
}

const slash = Buffer.from('/');

/** Metadata is read without waiting for a thread, which is eight times as fast; others get their turn after so many entries. */
const entriesAtOnce = 1000;

async function visitDirectory(survey: Survey, directory: Directory): Promise<void> {
  for (const name of listDirectory(survey, directory)) {
    if (survey.entries.length % entriesAtOnce === 0) {
      await letOthersRun();
      survey.signal?.throwIfAborted();
    }
    const found = look(survey, directory, name);
    if (found !== undefined) await take(survey, directory, found);
  }
}

function listDirectory(survey: Survey, { path, absolute }: Directory): Buffer[] {
  try {
    return readdirSync(absolute, { encoding: 'buffer' }).sort(Buffer.compare);
  } catch (error) {
    noteUnreadable(survey, path || '.', error);
    return [];
  }
}

/** Metadata of one entry; undefined when it cannot be had, which is then noted. */
function look(survey: Survey, directory: Directory, name: Buffer): Found | undefined {
  const absolute = Buffer.concat([directory.absolute, slash, name]);
  const path = `${directory.path}${directory.path === '' ? '' : '/'}${decodeName(name)}`;
  try {
    const stats = lstatSync(absolute, { bigint: true });
    const type = entryType(stats);
    if (type === undefined) {
      survey.omitted.push(`${path} (a socket)`);
      return undefined;
    }
    const target = type === 'symlink' ? decodeName(readlinkSync(absolute, { encoding: 'buffer' })) : '';
    // Directories tell when they are listed; a file that everybody may read need not be asked.
    const isDoubtful = type === 'file' && (stats.mode & 0o444n) !== 0o444n;
    if (isDoubtful) accessSync(absolute, constants.R_OK);
    return { path, absolute, type, stats, target };
  } catch (error) {
    return noteUnreadable(survey, path, error);
  }
}

async function take(survey: Survey, directory: Directory, found: Found): Promise<void> {
  const { path, absolute, type, stats } = found;
  const name = path.slice(path.lastIndexOf('/') + 1);
  // What the storage driver aufs keeps for itself at the top.
  if (name.startsWith('.wh..wh.')) return void survey.omitted.push(`${path} (of the storage driver)`);
  if (name.startsWith('.wh.')) {
    throw new UserError(`${path} in ${survey.root} has a name that means a deletion in a layer`, {
      hint: 'Is it a layer, not a root file system? Rename the entry if it is meant to be there.',
    });
  }
  survey.entries.push(treeEntry(found, earlierName(survey, found)));
  noteState(survey, found);
  if (type !== 'directory') return;
  const mounted = stats.dev === directory.device ? undefined : await mountedFileSystem(directory, absolute);
  if (mounted === undefined) return await visitDirectory(survey, { path, absolute, device: stats.dev });
  survey.omitted.push(`the contents of ${path} (${mounted})`);
}

/** The first path of a file that has several, unless this is it. */
function earlierName(survey: Survey, { type, stats, path }: Found): string | undefined {
  if (type !== 'file' || stats.nlink < 2n) return undefined;
  const key = `${stats.dev}:${stats.ino}`;
  const first = survey.firstLinks.get(key);
  if (first === undefined) survey.firstLinks.set(key, path);
  return first;
}

function treeEntry({ path, type, stats, target }: Found, earlier: string | undefined): TreeEntry {
  const isDevice = type === 'character-device' || type === 'block-device';
  return {
    path,
    type: earlier === undefined ? type : 'hardlink',
    mode: Number(stats.mode & 0o7777n),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    sizeBytes: type === 'file' && earlier === undefined ? Number(stats.size) : 0,
    mtimeSeconds: wholeSeconds(stats.mtimeNs),
    linkPath: earlier ?? target,
    ...(isDevice && { device: stats.rdev }),
  };
}

/** Rounded down, before 1970 too. */
function wholeSeconds(nanoseconds: bigint): number {
  const billion = 1_000_000_000n;
  const seconds = nanoseconds / billion;
  return Number(nanoseconds % billion < 0n ? seconds - 1n : seconds);
}

function noteState(survey: Survey, { path, stats, target }: Found): void {
  const { dev, ino, mode, uid, gid, size, rdev, mtimeNs, ctimeNs } = stats;
  const numbers = [dev, ino, mode, uid, gid, size, rdev, mtimeNs, ctimeNs].join(' ');
  survey.hash.update(`${JSON.stringify([path, target])} ${numbers}\n`);
  if (ctimeNs > survey.changedNs) survey.changedNs = ctimeNs;
}

async function mountedFileSystem(parent: Directory, absolute: Buffer): Promise<string | undefined> {
  const [outer, inner] = await Promise.all([statfs(parent.absolute), statfs(absolute)]);
  if (outer.type === btrfs && inner.type === btrfs) return undefined;
  const kernel = kernelFileSystem(inner.type);
  return kernel === undefined ? 'another file system is mounted there' : `a ${kernel} file system`;
}

function entryType(stats: BigIntStats): TarEntryType | undefined {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isCharacterDevice()) return 'character-device';
  if (stats.isBlockDevice()) return 'block-device';
  return stats.isFIFO() ? 'fifo' : undefined;
}

function noteUnreadable(survey: Survey, path: string, error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = code === 'EACCES' || code === 'EPERM' ? 'permission denied' : code || String(error);
  survey.unreadable.push(`${path} (${why})`);
  return undefined;
}

const namedEntries = 5;

function unreadableError({ root, unreadable }: Survey): UserError {
  const shown = unreadable.slice(0, namedEntries).join(', ');
  const more = unreadable.length > namedEntries ? ` and ${unreadable.length - namedEntries} more` : '';
  return new UserError(`${root} cannot be read whole: ${shown}${more}`, {
    hint: 'Run it as a user who may read all of it, for example with sudo.',
  });
}
