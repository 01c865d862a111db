import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { encodeName, type TarMember, writeTar } from '../../tar/index.ts';
import type { Tree, TreeEntry } from './survey-tree.ts';

/** Changes with whatever the same tree gives other bytes for. */
export const treeTarVersion = 1;

/**
 * The tar of a surveyed tree, contents read as it streams: times in whole seconds, owners by number, sparse files written out.
 * Extended attributes are left out, since Node cannot read them. The same tree gives the same bytes; the stream fails when a file is
 * gone or has another length.
 */
export function treeTar(tree: Tree): Readable {
  return writeTar(members(tree));
}

/** Files up to this size are read ahead, several at once: most of the time of a small file is its opening. */
const smallFileBytes = 256 * 1024;
const filesAhead = 24;

async function* members({ root, entries }: Tree): AsyncGenerator<TarMember> {
  const ahead = new Map<number, Promise<Buffer>>();
  let looked = 0;
  for (const [position, entry] of entries.entries()) {
    for (; looked < entries.length && looked <= position + filesAhead; looked++) {
      const next = entries[looked];
      if (next === undefined || !isSmallFile(next)) continue;
      const content = readSmall(root, next);
      // It is awaited in its turn; until then its failure is nobody's.
      content.catch(() => {});
      ahead.set(looked, content);
    }
    const content = await ahead.get(position);
    ahead.delete(position);
    yield memberOf(root, entry, content);
  }
}

function isSmallFile({ sizeBytes }: TreeEntry): boolean {
  return sizeBytes > 0 && sizeBytes <= smallFileBytes;
}

// A name that has become a symlink or a fifo since the survey must neither be followed nor waited for.
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

async function openEntry(root: string, path: string): Promise<FileHandle> {
  return await open(Buffer.concat([Buffer.from(`${root}/`), encodeName(path)]), openFlags);
}

async function readSmall(root: string, { path, sizeBytes: length }: TreeEntry): Promise<Buffer> {
  const file = await openEntry(root, path);
  try {
    // One byte more than there should be, to see that there is no more.
    const content = Buffer.allocUnsafe(length + 1);
    let filled = 0;
    for (;;) {
      const { bytesRead } = await file.read(content, filled, content.length - filled, filled);
      filled += bytesRead;
      if (bytesRead === 0 || filled > length) break;
    }
    if (filled !== length) throw new Error(`${path} has changed its length`);
    return content.subarray(0, length);
  } finally {
    await file.close();
  }
}

function memberOf(root: string, entry: TreeEntry, content: Buffer | undefined): TarMember {
  const { path, type, mode, uid, gid, mtimeSeconds, linkPath, sizeBytes, device } = entry;
  const streamed = {
    sizeBytes,
    open: async () => (await openEntry(root, path)).createReadStream({ highWaterMark: 512 * 1024 }),
  };
  return {
    path: type === 'directory' ? `${path}/` : path,
    type,
    mode,
    uid,
    gid,
    mtimeSeconds,
    linkPath,
    ...(device !== undefined && { deviceMajor: deviceMajor(device), deviceMinor: deviceMinor(device) }),
    ...(sizeBytes > 0 && { content: content ?? streamed }),
  };
}

// Linux, sysmacros.h: the low bits of both come first, for the sake of old programs.
function deviceMajor(device: bigint): number {
  return Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn));
}

function deviceMinor(device: bigint): number {
  return Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n));
}
