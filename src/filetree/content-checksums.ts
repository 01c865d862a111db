import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { writeFileWhole } from '../base/index.ts';
import type { Layer } from '../image/index.ts';
import {
  type FileRange,
  openRange,
  type PiecedRange,
  type RangeReader,
  readTar,
  type TarBodySink,
  TarError,
} from '../tar/index.ts';
import { lookUp, witnessOf } from './cache-place.ts';
import { checksumSink } from './checksum-sink.ts';
import { cachePath } from './index-cache.ts';
import type { IndexLayerOptions } from './index-layer-options.ts';
import { type LayerColumns, offsetAt } from './layer-columns.ts';

/** What reading single files of a layer needs. */
export type ChecksumOptions = Pick<IndexLayerOptions, 'cacheDir' | 'verifyDigests' | 'signal'>;

/**
 * The CRC-32 of the files at some positions of a layer's index, from the cache or from the layer: only these files are
 * read where the layer lies uncompressed in a file and the index knows where, else the layer streams by once more.
 */
export async function checksumFiles(
  layer: Layer,
  { columns, positions }: ColumnPositions,
  options: ChecksumOptions,
): Promise<ReadonlyMap<number, number>> {
  const known =
    (await lookUp(layer, findAll(layer, positions, options), options.verifyDigests === true)) ?? noChecksums;
  if (positions.every((position) => known.has(position))) return known;
  const checksums = new Map(known);
  const place = options.verifyDigests === true ? undefined : await layer.plainTar?.();
  const bodies = place && bodiesAt(columns, positions);
  if (place !== undefined && bodies !== undefined) {
    for await (const [position, checksum] of checksumBodies(place, bodies, options.signal)) {
      checksums.set(position, checksum);
    }
  } else {
    await streamPast(layer, collectChecksums(new Set(positions), checksums), options);
  }
  await keep(placeOf(layer, options, await witnessOf(place)), checksums);
  return checksums;
}

/** Some entries of a layer. */
export interface ColumnPositions {
  readonly columns: LayerColumns;
  readonly positions: readonly number[];
}

interface Body {
  readonly position: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** In the order of the file; undefined where the place of one is not known. */
function bodiesAt(columns: LayerColumns, positions: readonly number[]): readonly Body[] | undefined {
  const bodies = positions.flatMap((position) => {
    const offset = offsetAt(columns, position);
    return offset === undefined ? [] : [{ position, offset, sizeBytes: columns.sizes[position] ?? 0 }];
  });
  return bodies.length < positions.length
    ? undefined
    : bodies.sort((one, other) => one.offset - other.offset);
}

const readBytes = 256 * 1024;

async function* checksumBodies(
  place: FileRange | PiecedRange,
  bodies: readonly Body[],
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly [number, number]> {
  const reader = await openRange(place);
  try {
    const memory = Buffer.allocUnsafe(readBytes);
    for (const { position, offset, sizeBytes } of bodies) {
      signal?.throwIfAborted();
      yield [position, checksumOf(reader, memory, { start: offset, sizeBytes })];
    }
  } finally {
    reader.close();
  }
}

function checksumOf(
  reader: RangeReader,
  memory: Buffer,
  { start, sizeBytes }: { readonly start: number; readonly sizeBytes: number },
): number {
  let checksum = 0;
  for (let done = 0; done < sizeBytes; ) {
    const wanted = memory.subarray(0, Math.min(memory.length, sizeBytes - done));
    const count = reader.read(wanted, start + done);
    if (count === 0) throw new TarError('the file that it is a part of was cut off', start + done);
    checksum = crc32(memory.subarray(0, count), checksum);
    done += count;
  }
  return checksum;
}

function collectChecksums(
  wanted: ReadonlySet<number>,
  checksums: Map<number, number>,
): () => TarBodySink | undefined {
  let count = -1;
  return () => {
    count += 1;
    const position = count;
    if (!wanted.has(position)) return undefined;
    return checksumSink((checksum) => checksums.set(position, checksum));
  };
}

const noChecksums: ReadonlyMap<number, number> = new Map();

async function streamPast(
  layer: Layer,
  onEntry: () => TarBodySink | undefined,
  options: ChecksumOptions,
): Promise<void> {
  const stream = await layer.uncompressed();
  try {
    await readTar(stream, {
      isEndMarkerOptional: true,
      releasesChunks: true,
      onEntry,
      ...(options.signal && { signal: options.signal }),
    });
  } finally {
    stream.destroy();
  }
}

// A cache file: {"17":1095738169,"204":3904355907}      position of the entry: checksum

function findAll(
  layer: Layer,
  positions: readonly number[],
  options: ChecksumOptions,
): (witness: string | undefined) => Promise<ReadonlyMap<number, number> | undefined> {
  return async (witness) => {
    const path = placeOf(layer, options, witness);
    const text = path && (await readFile(path, 'utf8').catch(() => undefined));
    const checksums = text === undefined ? noChecksums : parseChecksums(text);
    return positions.every((position) => checksums.has(position)) ? checksums : undefined;
  };
}

function parseChecksums(text: string): ReadonlyMap<number, number> {
  return new Map(
    [...text.matchAll(/"(\d+)":(\d+)/g)].map(([, position, checksum]) => [
      Number(position),
      Number(checksum),
    ]),
  );
}

async function keep(path: string | undefined, checksums: ReadonlyMap<number, number>): Promise<void> {
  // A cache that cannot be written is no cache: the checksums are at hand all the same.
  if (path !== undefined)
    await writeFileWhole(path, JSON.stringify(Object.fromEntries(checksums))).catch(() => {});
}

function placeOf(layer: Layer, options: ChecksumOptions, witness: string | undefined): string | undefined {
  if (options.cacheDir === undefined) return undefined;
  const key = { diffId: layer.diffId, analyserVersion: 'checksums', captureKey: '', isHashed: false };
  return cachePath(options.cacheDir, witness === undefined ? key : { ...key, unverifiedFile: witness });
}
