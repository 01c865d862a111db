import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type Compression,
  capBytes,
  decompressor,
  foreignCompression,
  formatBytes,
  messageOf,
  meterBytes,
  type Progress,
  sniffBytes,
  sniffCompression,
  UserError,
} from '../../base/index.ts';
import { blockBytes, isTarStart, scanTarFile, type TarEntry, TarError } from '../../tar/index.ts';
import { fileRange } from './file-range.ts';
import { closedError, type FileStore, missingFile } from './file-store.ts';
import { makeTemporary } from './make-temporary.ts';

/** What opening an archive needs besides its path. */
export interface ArchiveOptions {
  /** Where a compressed archive is unpacked to. */
  readonly temporaryDir: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
  /** The most that a compressed archive may unpack to, in bytes. Default: what is free in `temporaryDir`, but for 1 GiB. */
  readonly maxUnpackedBytes?: number | undefined;
  /** Where the digests of members are remembered between runs; they are not without it. */
  readonly cacheDir?: string | undefined;
  /** The archive was written by an engine for this process, so that its digests need no proof. */
  readonly isVouchedFor?: boolean;
}

interface ArchivedFile {
  readonly bodyOffset: number;
  readonly sizeBytes: number;
}

/** An archive's members by path: files, and links to be followed. */
interface ArchiveIndex {
  readonly files: ReadonlyMap<string, ArchivedFile>;
  readonly links: ReadonlyMap<string, string>;
}

/**
 * The files of a tar archive, found by one pass over its headers and read in place. A compressed archive is unpacked to
 * a temporary file first, which `close` removes. Throws a `UserError` when the file is missing, no tar, or cut off.
 */
export async function archiveStore(path: string, options: ArchiveOptions): Promise<FileStore> {
  const compression = await fileCompression(path);
  const plain = compression === 'none' ? undefined : await unpackedCopy(path, compression, options);
  const discard = async (): Promise<void> => {
    if (plain !== undefined) await rm(plain, { force: true });
  };
  try {
    return storeOf(path, {
      file: plain ?? path,
      index: await indexArchive(path, plain ?? path, options),
      discard,
      // What lies in a temporary file is gone the next time.
      cacheDir: plain === undefined && options.isVouchedFor !== true ? options.cacheDir : undefined,
      isVouchedFor: options.isVouchedFor === true,
    });
  } catch (error) {
    await discard();
    throw error;
  }
}

function storeOf(
  title: string,
  held: {
    readonly file: string;
    readonly index: ArchiveIndex;
    readonly discard: () => Promise<void>;
    readonly cacheDir: string | undefined;
    readonly isVouchedFor: boolean;
  },
): FileStore {
  let isClosed = false;
  const find = (path: string): ArchivedFile | undefined => resolveFile(held.index, path, title);
  return {
    title,
    cacheDir: held.cacheDir,
    sizeBytes: async (path) => find(path)?.sizeBytes,
    async open(path, endBytes) {
      if (isClosed) throw closedError(title);
      const found = find(path);
      if (found === undefined) throw missingFile(path, title);
      return fileRange(held.file, found.bodyOffset, Math.min(found.sizeBytes, endBytes ?? found.sizeBytes));
    },
    async locate(path) {
      const found = isClosed ? undefined : find(path);
      if (found === undefined) return undefined;
      const { bodyOffset: offset, sizeBytes } = found;
      return { path: held.file, offset, sizeBytes, isVouchedFor: held.isVouchedFor };
    },
    async close() {
      isClosed = true;
      await held.discard();
    },
  };
}

/** Follows symlinks and hard links: `<id>/layer.tar` of an older Docker may point to another layer's. */
function resolveFile(index: ArchiveIndex, path: string, title: string): ArchivedFile | undefined {
  const seen = new Set<string>();
  for (let current = memberPath(path); ; ) {
    const file = index.files.get(current);
    if (file !== undefined) return file;
    const target = index.links.get(current);
    if (target === undefined) return undefined;
    if (seen.has(current)) {
      throw new UserError(`the links of ${path} in ${title} form a circle`, {
        hint: 'The archive is damaged: save the image again.',
      });
    }
    seen.add(current);
    current = target;
  }
}

async function indexArchive(title: string, file: string, options: ArchiveOptions): Promise<ArchiveIndex> {
  const files = new Map<string, ArchivedFile>();
  const links = new Map<string, string>();
  try {
    await scanTarFile(file, {
      ...(options.signal && { signal: options.signal }),
      onEntry(entry) {
        const path = memberPath(entry.path);
        // The last of several members with one name wins, as when unpacking.
        files.delete(path);
        links.delete(path);
        if (entry.type === 'file')
          files.set(path, { bodyOffset: entry.bodyOffset, sizeBytes: entry.sizeBytes });
        const target = linkTarget(entry, path);
        if (target !== undefined) links.set(path, target);
      },
    });
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    if (error.offsetBytes === 0) throw noArchive(title, 'it is no tar archive', error);
    const isNoTar = files.size === 0 && links.size === 0;
    throw new UserError(
      isNoTar ? `${title} is no image archive: ${error.message}` : `${title}: ${error.message}`,
      { ...(error.hint !== undefined && { hint: error.hint }), cause: error },
    );
  }
  return { files, links };
}

function noArchive(title: string, why: string, cause?: Error): UserError {
  return new UserError(`${title} is no image archive: ${why}`, {
    hint: 'An image archive is what `docker save` or `skopeo copy` writes.',
    cause,
  });
}

function linkTarget(entry: TarEntry, path: string): string | undefined {
  if (entry.type === 'hardlink') return memberPath(entry.linkPath);
  if (entry.type === 'symlink') return memberPath(posix.join(posix.dirname(path), entry.linkPath));
  return undefined;
}

function memberPath(path: string): string {
  return posix.normalize(`/${path}`).slice(1);
}

async function fileCompression(path: string): Promise<Compression> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new UserError(`${path} cannot be opened: ${messageOf(cause)}`, {
      hint: 'Check the path; an image of an engine is named docker:NAME or podman:NAME.',
      cause,
    });
  });
  try {
    const start = Buffer.alloc(sniffBytes);
    const { bytesRead } = await file.read(start, 0, start.length, 0);
    if (bytesRead === 0) {
      throw new UserError(`${path} is empty`, { hint: 'Save the image again, and see that it ends well.' });
    }
    const foreign = foreignCompression(start);
    if (foreign !== undefined) {
      throw new UserError(`${path} is compressed with ${foreign}, which is not supported`, {
        hint: 'Decompress it first, or compress it with gzip or zstd.',
      });
    }
    return sniffCompression(start);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  } finally {
    await file.close();
  }
}

async function unpackedCopy(
  path: string,
  compression: Compression,
  options: ArchiveOptions,
): Promise<string> {
  const { temporaryDir, progress, signal } = options;
  makeTemporary(temporaryDir);
  const mostBytes = options.maxUnpackedBytes ?? (await roomBytes(temporaryDir));
  const tooLarge = (): Error =>
    new UserError(
      `${path} unpacks to more than the ${formatBytes(mostBytes)} that there is room for in ${temporaryDir}`,
      {
        hint: 'Make room or name another place (PLIMSOLL_CACHE_DIR); an archive that never ends is made to do harm.',
      },
    );
  const copy = join(temporaryDir, `archive-${randomBytes(6).toString('hex')}.tar`);
  const task = progress.start(`unpacking ${path}`);
  try {
    await pipeline(
      [
        createReadStream(path, { highWaterMark: 512 * 1024 }),
        ...decompressor(compression),
        checkTarStart(path),
        capBytes(mostBytes, tooLarge),
        meterBytes((count) => task.advance(count)),
        createWriteStream(copy, { flags: 'wx', mode: 0o600 }),
      ],
      signal ? { signal } : {},
    );
    return copy;
  } catch (cause) {
    await rm(copy, { force: true });
    signal?.throwIfAborted();
    if (cause instanceof UserError) throw cause;
    throw new UserError(`${path} cannot be unpacked to ${temporaryDir}: ${messageOf(cause)}`, {
      hint: 'The archive is damaged or cut off, or there is no space left: check both.',
      cause,
    });
  } finally {
    task.done();
  }
}

/** Ends with an error what does not begin as an archive of files: it is not unpacked any further. */
function checkTarStart(path: string): Transform {
  let start = Buffer.alloc(0);
  const check = (): Error | null =>
    isTarStart(start) ? null : noArchive(path, 'it does not unpack to a tar archive');
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (start.length >= blockBytes) return done(null, chunk);
      start = Buffer.concat([start, chunk.subarray(0, blockBytes - start.length)]);
      const problem = start.length < blockBytes ? null : check();
      if (problem === null) done(null, chunk);
      else done(problem);
    },
  });
}

/** Left free for everybody else. */
const reserveBytes = 1024 ** 3;

async function roomBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return Math.max(0, bavail * bsize - reserveBytes);
}
