import { sha256Digest } from '../base/index.ts';
import type { Layer, PlainTar } from '../image/index.ts';
import {
  encodeName,
  readTar,
  scanTarFile,
  type TarBody,
  type TarBodySink,
  type TarEntry,
} from '../tar/index.ts';
import { contentSink } from './content-sink.ts';
import { factsFromBytes, factsMemory, factsSink, readFacts } from './file-facts.ts';
import { heldEnds } from './held-ends.ts';
import { defaultMaxCharacters, ExcessError } from './image-limits.ts';
import type { IndexLayerOptions } from './index-layer-options.ts';
import type { EntryDetails, LayerColumns } from './layer-columns.ts';
import { LayerColumnsBuilder } from './layer-columns-builder.ts';
import type { LayerEntry } from './layer-index.ts';
import { layerPath, whiteoutOf } from './layer-path.ts';
import type { ReadAt } from './read-elf.ts';

const defaultMaxBytes = 8 * 1024 * 1024;
/** Enough for the databases of 10,000 packages. */
const defaultMaxTotalBytes = 512 * 1024 * 1024;
/** They take 2.4 GB, of which the heap that V8 allows itself on a machine of 8 GB holds its part. */
const defaultMaxEntries = 5_000_000;
/** A map of a few bytes can claim petabytes, and a layer can hold any number of them. */
const defaultMaxHashedHoleBytes = 64 * 1024 ** 3;

/** Reads a layer as a stream, its digests verified. Throws a `TarError` when it is damaged. */
export async function readColumns(layer: Layer, options: IndexLayerOptions): Promise<LayerColumns> {
  const builder = new LayerColumnsBuilder();
  const memory = factsMemory();
  const stream = await layer.uncompressed();
  try {
    const tarBytes = await readTar(stream, {
      // The diffID proves that nothing is missing.
      isEndMarkerOptional: true,
      releasesChunks: true,
      onEntry: (entry) => {
        const added = addEntry(builder, entry, options);
        return combined([
          ...streamedFacts(builder, added, memory),
          ...sinkOf(builder, added, options),
          ...streamedExcerpt(builder, added, options),
        ]);
      },
      ...(options.onBytes && { onBytes: options.onBytes }),
      ...(options.signal && { signal: options.signal }),
    });
    const { diffId, sizeBytes: storedBytes } = layer;
    return builder.finish({ diffId, tarBytes, storedBytes, isHashed: options.withHashes === true });
  } finally {
    stream.destroy();
  }
}

/**
 * Reads the headers of a layer that lies uncompressed in a file, and of its contents only what is wanted. Throws a `TarError` when
 * it is damaged or, unless an engine has just written it, has no end marker.
 */
export async function scanColumns(
  layer: Layer,
  place: PlainTar,
  options: IndexLayerOptions,
): Promise<LayerColumns> {
  const builder = new LayerColumnsBuilder();
  const memory = factsMemory();
  let seenBytes = 0;
  await scanTarFile(place, {
    isEndMarkerOptional: place.isVouchedFor,
    onEntry(entry, body) {
      const added = addEntry(builder, entry, options);
      if (hasFacts(added)) {
        builder.setFacts(added.position, readFacts(entry.sizeBytes, body, memory), entry.bodyOffset);
      }
      for (const sink of sinkOf(builder, added, options)) pour(entry, body, sink);
      keepExcerpt(builder, { added, read: (target, start) => body.read(target, start) }, options);
      const end = entry.bodyOffset + entry.sizeBytes;
      options.onBytes?.(end - seenBytes);
      seenBytes = end;
    },
    ...(options.signal && { signal: options.signal }),
  });
  options.onBytes?.(place.sizeBytes - seenBytes);
  return builder.finish({
    diffId: layer.diffId,
    tarBytes: place.sizeBytes,
    storedBytes: layer.sizeBytes,
    isHashed: options.withHashes === true,
  });
}

/** One for all: a body is poured without a pause, and who keeps a part of it copies it. */
const pourMemory = Buffer.alloc(256 * 1024);

/** Sends a whole body through a sink. */
function pour(entry: TarEntry, body: TarBody, sink: TarBodySink): void {
  for (let at = 0; at < entry.sizeBytes; at += pourMemory.length) {
    const chunk = pourMemory.subarray(0, Math.min(pourMemory.length, entry.sizeBytes - at));
    body.read(chunk, at);
    sink.write(chunk);
  }
  sink.end();
}

interface AddedEntry {
  readonly position: number;
  readonly entry: TarEntry;
  readonly found: LayerEntry;
}

function addEntry(builder: LayerColumnsBuilder, entry: TarEntry, options: IndexLayerOptions): AddedEntry {
  const found = layerEntry(entry);
  const position = builder.add(found);
  const limit = options.maxEntries ?? defaultMaxEntries;
  if (position >= limit) {
    throw new ExcessError(`more than ${limit.toLocaleString('en')} entries`);
  }
  const mostCharacters = options.maxCharacters ?? defaultMaxCharacters;
  if (builder.characterCount > mostCharacters) {
    throw new ExcessError(`names of more than ${mostCharacters.toLocaleString('en')} characters`);
  }
  return { position, entry, found };
}

/** The holes of a sparse file are not stored, so that small parts of it do not tell what it is. */
function hasFacts({ entry, found }: AddedEntry): boolean {
  return found.type === 'file' && entry.sizeBytes >= factsFromBytes && entry.sparse === undefined;
}

function streamedFacts(builder: LayerColumnsBuilder, added: AddedEntry, memory: Buffer): TarBodySink[] {
  if (!hasFacts(added)) return [];
  const { position, entry } = added;
  return [factsSink(entry.sizeBytes, memory, (facts) => builder.setFacts(position, facts, entry.bodyOffset))];
}

function sinkOf(
  builder: LayerColumnsBuilder,
  { position, entry, found }: AddedEntry,
  options: IndexLayerOptions,
): TarBodySink[] {
  if (found.type !== 'file') return [];
  const { capture } = options;
  const realBytes = entry.sparse?.realBytes ?? entry.sizeBytes;
  const isCaptured =
    builder.capturedBytes + realBytes <= (capture?.maxTotalBytes ?? defaultMaxTotalBytes) &&
    realBytes <= (capture?.maxBytes ?? defaultMaxBytes) &&
    capture?.wants(found.path, realBytes) === true;
  const isHashed = options.withHashes === true && mayHash(builder, entry, options);
  if (!isCaptured && !isHashed) return [];
  const sink = contentSink(entry, {
    ...(isCaptured && { onContent: (content) => builder.setContent(position, content) }),
    ...(isHashed && { onHash: (hash) => builder.setHash(position, hash) }),
  });
  return [sink];
}

/** True for a file that something is read out of. */
function hasExcerpt({ entry, found }: AddedEntry, { capture }: IndexLayerOptions): boolean {
  if (found.type !== 'file' || entry.sparse !== undefined) return false;
  return capture?.excerpt?.wants(found.path) === true && !capture.wants(found.path, entry.sizeBytes);
}

interface ReadableEntry {
  readonly added: AddedEntry;
  readonly read: ReadAt;
  /** True where not all could be read that was asked for. */
  readonly hasMissed?: () => boolean;
}

function keepExcerpt(
  builder: LayerColumnsBuilder,
  { added, read, hasMissed }: ReadableEntry,
  options: IndexLayerOptions,
): void {
  if (!hasExcerpt(added, options)) return;
  const taken = options.capture?.excerpt?.take(read, added.entry.sizeBytes);
  const limit = options.capture?.maxTotalBytes ?? defaultMaxTotalBytes;
  if (taken === undefined || hasMissed?.() === true) return;
  if (builder.capturedBytes + taken.length <= limit) builder.setContent(added.position, taken);
}

function streamedExcerpt(
  builder: LayerColumnsBuilder,
  added: AddedEntry,
  options: IndexLayerOptions,
): TarBodySink[] {
  if (!hasExcerpt(added, options)) return [];
  const { read, hasMissed, write } = heldEnds(
    added.entry.sizeBytes,
    options.capture?.excerpt?.maxHeldBytes ?? 0,
  );
  return [{ write, end: () => keepExcerpt(builder, { added, read, hasMissed }, options) }];
}

function mayHash(builder: LayerColumnsBuilder, entry: TarEntry, options: IndexLayerOptions): boolean {
  const holeBytes = entry.sparse === undefined ? 0 : Math.max(0, entry.sparse.realBytes - entry.sizeBytes);
  const budget = options.maxHashedHoleBytes ?? defaultMaxHashedHoleBytes;
  if (builder.hashedHoleBytes + holeBytes > budget) return holeBytes === 0;
  builder.hashedHoleBytes += holeBytes;
  return true;
}

function combined(sinks: readonly TarBodySink[]): TarBodySink | undefined {
  if (sinks.length <= 1) return sinks[0];
  return {
    write(chunk) {
      for (const sink of sinks) sink.write(chunk);
    },
    end() {
      for (const sink of sinks) sink.end();
    },
  };
}

function layerEntry(entry: TarEntry): LayerEntry {
  const path = layerPath(entry.path);
  const whiteout = whiteoutOf(path);
  const linkTarget = entry.type === 'hardlink' ? layerPath(entry.linkPath) : entry.linkPath;
  return {
    path: whiteout?.path ?? path,
    type: whiteout?.type ?? entry.type,
    sizeBytes: entry.sizeBytes,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtimeSeconds: entry.mtimeSeconds,
    ...((entry.type === 'hardlink' || entry.type === 'symlink') && { linkTarget }),
    ...detailsOf(entry),
  };
}

const attributePrefix = 'SCHILY.xattr.';

/** Longer values are told by their digest. */
const mostValueBytes = 64;

function detailsOf({ type, deviceMajor, deviceMinor, pax, sparse }: TarEntry): EntryDetails {
  const isDevice = type === 'character-device' || type === 'block-device';
  const attributes = pax.size === 0 ? [] : [...pax].filter(([key]) => key.startsWith(attributePrefix));
  const named = attributes.map(
    ([key, value]) => [key.slice(attributePrefix.length), shownValue(value)] as const,
  );
  return {
    ...(isDevice && { device: `${deviceMajor}:${deviceMinor}` }),
    ...(named.length > 0 && {
      attributes: Object.fromEntries(named.sort(([one], [other]) => (one < other ? -1 : 1))),
    }),
    ...(sparse && { realBytes: sparse.realBytes }),
  };
}

function shownValue(value: string): string {
  const bytes = encodeName(value);
  return bytes.length <= mostValueBytes ? bytes.toString('hex') : sha256Digest(bytes);
}
