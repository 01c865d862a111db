import { readFile } from 'node:fs/promises';
import { writeFileWhole } from '../base/index.ts';
import type { Layer } from '../image/index.ts';
import { readTar, scanTarFile, type TarBody, type TarBodySink, type TarEntry } from '../tar/index.ts';
import { lookUp, witnessOf } from './cache-place.ts';
import { checksumSink } from './checksum-sink.ts';
import { cachePath } from './index-cache.ts';
import type { IndexLayerOptions } from './index-layer.ts';
import { pour } from './read-columns.ts';

/** What reading single files of a layer needs. */
export type ChecksumOptions = Pick<IndexLayerOptions, 'cacheDir' | 'verifyDigests' | 'signal'>;

/**
 * The CRC-32 of the files at some positions of a layer's index, from the cache or from the layer: only these files are
 * read where the layer lies uncompressed in a file, else the layer streams by once more.
 */
export async function checksumFiles(
  layer: Layer,
  positions: readonly number[],
  options: ChecksumOptions,
): Promise<ReadonlyMap<number, number>> {
  const known =
    (await lookUp(layer, findAll(layer, positions, options), options.verifyDigests === true)) ?? noChecksums;
  if (positions.every((position) => known.has(position))) return known;
  const wanted = new Set(positions);
  const checksums = new Map(known);
  const place = options.verifyDigests === true ? undefined : await layer.plainTar?.();
  let count = -1;
  const nextSink = (): TarBodySink | undefined => {
    count += 1;
    const position = count;
    if (!wanted.has(position)) return undefined;
    return checksumSink((checksum) => checksums.set(position, checksum));
  };
  if (place === undefined) await streamPast(layer, nextSink, options);
  else {
    await scanTarFile(place, {
      isEndMarkerOptional: true,
      onEntry(entry: TarEntry, body: TarBody) {
        const sink = nextSink();
        if (sink) pour(entry, body, sink);
      },
      ...(options.signal && { signal: options.signal }),
    });
  }
  await keep(placeOf(layer, options, await witnessOf(place)), checksums);
  return checksums;
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
