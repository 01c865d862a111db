import { readFile } from 'node:fs/promises';
import { writeFileWhole } from '../base/index.ts';
import type { Layer } from '../image/index.ts';
import { readTar, scanTarFile, type TarBody, type TarBodySink, type TarEntry } from '../tar/index.ts';
import { lookUp, witnessOf } from './cache-place.ts';
import { contentSink } from './content-sink.ts';
import { cachePath } from './index-cache.ts';
import type { IndexLayerOptions } from './index-layer.ts';
import { pour } from './read-columns.ts';

/** What hashing single files of a layer needs. */
export type HashOptions = Pick<IndexLayerOptions, 'cacheDir' | 'verifyDigests' | 'signal'>;

/**
 * The sha256 (hex) of the files at some positions of a layer's index, from the cache or from the layer: only these files are
 * read where the layer lies uncompressed in a file, else the layer streams by once more.
 */
export async function hashFiles(
  layer: Layer,
  positions: readonly number[],
  options: HashOptions,
): Promise<ReadonlyMap<number, string>> {
  const known =
    (await lookUp(layer, findAll(layer, positions, options), options.verifyDigests === true)) ?? noHashes;
  if (positions.every((position) => known.has(position))) return known;
  const wanted = new Set(positions);
  const hashes = new Map(known);
  const place = options.verifyDigests === true ? undefined : await layer.plainTar?.();
  let count = -1;
  const sinkOf = (entry: TarEntry): TarBodySink | undefined => {
    count += 1;
    const position = count;
    if (!wanted.has(position)) return undefined;
    return contentSink(entry, {
      onHash: (hash) => hashes.set(position, Buffer.from(hash).toString('hex')),
    });
  };
  if (place === undefined) await streamPast(layer, sinkOf, options);
  else {
    await scanTarFile(place, {
      isEndMarkerOptional: true,
      onEntry(entry: TarEntry, body: TarBody) {
        const sink = sinkOf(entry);
        if (sink) pour(entry, body, sink);
      },
      ...(options.signal && { signal: options.signal }),
    });
  }
  await keep(placeOf(layer, options, await witnessOf(place)), hashes);
  return hashes;
}

const noHashes: ReadonlyMap<number, string> = new Map();

async function streamPast(
  layer: Layer,
  onEntry: (entry: TarEntry) => TarBodySink | undefined,
  options: HashOptions,
): Promise<void> {
  const stream = await layer.uncompressed();
  try {
    await readTar(stream, {
      isEndMarkerOptional: true,
      onEntry,
      ...(options.signal && { signal: options.signal }),
    });
  } finally {
    stream.destroy();
  }
}

// A cache file: {"17": "9f86d0…", "204": "2c26b4…"}      position of the entry: hash

function findAll(
  layer: Layer,
  positions: readonly number[],
  options: HashOptions,
): (witness: string | undefined) => Promise<ReadonlyMap<number, string> | undefined> {
  return async (witness) => {
    const path = placeOf(layer, options, witness);
    const text = path && (await readFile(path, 'utf8').catch(() => undefined));
    const hashes = text === undefined ? noHashes : parseHashes(text);
    return positions.every((position) => hashes.has(position)) ? hashes : undefined;
  };
}

function parseHashes(text: string): ReadonlyMap<number, string> {
  return new Map(
    [...text.matchAll(/"(\d+)":\s*"([0-9a-f]{64})"/g)].map((match) => [Number(match[1]), match[2] ?? '']),
  );
}

async function keep(path: string | undefined, hashes: ReadonlyMap<number, string>): Promise<void> {
  // A cache that cannot be written is no cache: the hashes are at hand all the same.
  if (path !== undefined)
    await writeFileWhole(path, JSON.stringify(Object.fromEntries(hashes))).catch(() => {});
}

function placeOf(layer: Layer, options: HashOptions, witness: string | undefined): string | undefined {
  if (options.cacheDir === undefined) return undefined;
  const key = { diffId: layer.diffId, analyserVersion: 'hashes', captureKey: '', isHashed: true };
  return cachePath(options.cacheDir, witness === undefined ? key : { ...key, unverifiedFile: witness });
}
