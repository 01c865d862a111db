import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import * as z from 'zod';
import { parseDigest, writeFileWhole } from '../base/index.ts';
import type { LayerColumns } from './layer-columns.ts';

// A cache file, compressed with zstd and checked by its checksum:
//   4 bytes length of the head | head (JSON: strings, names and lengths of contents) | columns | hashes | contents

const headSchema = z.object({
  diffId: z.string(),
  tarBytes: z.number().nonnegative(),
  entryCount: z.int().nonnegative(),
  hashBytes: z.int().nonnegative(),
  strings: z.array(z.string()),
  contents: z.array(z.tuple([z.string(), z.int().nonnegative()])),
});

/** Changes with the format, and with whatever `indexLayer` makes of the same tar. */
const formatVersion = 1;

/** What distinguishes cached indexes of one layer. */
export interface CacheKey {
  readonly diffId: string;
  /** Version of whoever chose what to capture. */
  readonly analyserVersion: string;
  readonly captureKey: string;
  readonly isHashed: boolean;
}

/** Where the index of a layer is kept below `cacheDir`; undefined for a malformed diffID. */
export function cachePath(cacheDir: string, key: CacheKey): string | undefined {
  const digest = parseDigest(key.diffId);
  if (digest === undefined) return undefined;
  const kind = createHash('sha256')
    .update(JSON.stringify([formatVersion, key.analyserVersion, key.captureKey, key.isHashed]))
    .digest('hex')
    .slice(0, 16);
  return join(cacheDir, 'layers', digest.hex.slice(0, 2), `${digest.hex}-${kind}.index`);
}

/** Reads a cached index; undefined when there is none or it is damaged, so that it is made again. */
export async function readCachedColumns(path: string, diffId: string): Promise<LayerColumns | undefined> {
  try {
    const columns = decodeColumns(await promisify(zstdDecompress)(await readFile(path)));
    return columns.diffId === diffId ? columns : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps an index for the next time. A cache that cannot be written is no cache: the failure is not reported. */
export async function writeCachedColumns(path: string, columns: LayerColumns): Promise<void> {
  try {
    const params = { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 };
    await writeFileWhole(path, await promisify(zstdCompress)(encodeColumns(columns), { params }));
  } catch {
    // The index is at hand all the same.
  }
}

function columnsInOrder(
  columns: LayerColumns,
): readonly (Float64Array | Uint32Array | Uint16Array | Uint8Array)[] {
  const { sizes, times, uids, gids, directories, names, links, modes, types, hashes } = columns;
  return [sizes, times, uids, gids, directories, names, links, modes, types, hashes];
}

function encodeColumns(columns: LayerColumns): Buffer {
  const head = Buffer.from(
    JSON.stringify({
      diffId: columns.diffId,
      tarBytes: columns.tarBytes,
      entryCount: columns.types.length,
      hashBytes: columns.hashes.length,
      strings: columns.strings,
      contents: [...columns.contents].map(([path, content]) => [path, content.length]),
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  const bytes = columnsInOrder(columns).map((column) =>
    Buffer.from(column.buffer, column.byteOffset, column.byteLength),
  );
  return Buffer.concat([length, head, ...bytes, ...columns.contents.values()]);
}

function decodeColumns(file: Buffer): LayerColumns {
  const headEnd = 4 + file.readUInt32LE(0);
  const head = headSchema.parse(JSON.parse(file.toString('utf8', 4, headEnd)));
  const count = head.entryCount;
  let at = headEnd;
  // Copied out, since a typed array must begin at a multiple of its element's size.
  const take = (sizeBytes: number): ArrayBuffer => {
    if (at + sizeBytes > file.length) throw new Error('the cache file is cut off');
    const copy = new Uint8Array(sizeBytes);
    copy.set(file.subarray(at, at + sizeBytes));
    at += sizeBytes;
    return copy.buffer;
  };
  const columns = {
    diffId: head.diffId,
    tarBytes: head.tarBytes,
    strings: head.strings,
    sizes: new Float64Array(take(count * 8)),
    times: new Float64Array(take(count * 8)),
    uids: new Uint32Array(take(count * 4)),
    gids: new Uint32Array(take(count * 4)),
    directories: new Uint32Array(take(count * 4)),
    names: new Uint32Array(take(count * 4)),
    links: new Uint32Array(take(count * 4)),
    modes: new Uint16Array(take(count * 2)),
    types: new Uint8Array(take(count)),
    hashes: new Uint8Array(take(head.hashBytes)),
    contents: new Map(head.contents.map(([path, length]) => [path, Buffer.from(take(length))])),
  };
  if (at !== file.length) throw new Error('the cache file is too long');
  return columns;
}
