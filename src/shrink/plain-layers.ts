import { createHash } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pLimit from 'p-limit';
import { type Progress, releaseChunk, UserError } from '../base/index.ts';
import { redactInstruction } from '../finding/index.ts';
import { AbsentLayerError, type Image, type Layer } from '../image/index.ts';
import type { FileRange } from '../tar/index.ts';

/** How layers are unpacked, and where to. */
export interface PlainLayersOptions {
  readonly temporaryDir: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Layers as uncompressed tars in files, so that any part of them can be read at any time. */
export interface PlainLayers {
  /** Where the layer's tar lies; its bytes are those of its diffID. Unpacks it the first time. */
  open(layer: Layer): Promise<FileRange>;
  /** A folder for further files, which goes with `close`. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Left free for everybody else, in bytes. */
const reserveBytes = 1024 ** 3;

/**
 * Opens layers for reading in parts. One that lies uncompressed in a file is read there, once it is proven; others are unpacked
 * into a folder of their own. Rejects with a `UserError` where a layer is damaged, or the disk too small.
 */
export async function plainLayers(options: PlainLayersOptions): Promise<PlainLayers> {
  const folder = await mkdtemp(join(options.temporaryDir, 'shrink-'));
  const known = new Map<string, Promise<FileRange>>();
  return {
    folder,
    open(layer) {
      const opened = known.get(layer.diffId) ?? openLayer(layer, folder, options);
      known.set(layer.diffId, opened);
      return opened;
    },
    close: async () => await rm(folder, { recursive: true, force: true }),
  };
}

/** As many at a time keep a second processor busy with unpacking. */
const layersAtOnce = 2;

/**
 * The image with its compressed layers unpacked: whoever reads it afterwards finds them in files, so that nothing is unpacked twice. Foreign layers whose bytes
 * are elsewhere stay as they are. Rejects as `open` does.
 */
export async function unpackedImage(image: Image, plain: Pick<PlainLayers, 'open'>): Promise<Image> {
  const limit = pLimit(layersAtOnce);
  try {
    const layers = await Promise.all(image.layers.map((layer) => limit(() => unpackedLayer(layer, plain))));
    return { ...image, layers };
  } finally {
    limit.clearQueue();
  }
}

async function unpackedLayer(layer: Layer, plain: Pick<PlainLayers, 'open'>): Promise<Layer> {
  if ((await layer.plainTar?.()) !== undefined) return layer;
  try {
    const range = await plain.open(layer);
    // It lies elsewhere now than other threads would look for it.
    const { inFile: _, ...rest } = layer;
    return { ...rest, plainTar: async () => ({ ...range, isVouchedFor: true }) };
  } catch (error) {
    if (error instanceof AbsentLayerError) return layer;
    throw error;
  }
}

async function openLayer(layer: Layer, folder: string, options: PlainLayersOptions): Promise<FileRange> {
  const what = layer.createdBy === undefined ? layer.diffId : redactInstruction(layer.createdBy);
  const task = options.progress.start(`unpacking ${what}`);
  const advance = (sizeBytes: number): void => task.advance(sizeBytes);
  try {
    const place = await layer.plainTar?.();
    if (place?.isVouchedFor === true) return place;
    // What lies in pieces is put together, as it will be read in parts again and again.
    if (place !== undefined && 'path' in place) {
      if ((await digestOf(place, advance, options.signal)) === layer.diffId) return place;
      // Reading it as a layer says what is wrong.
      await pipeline(await layer.uncompressed(), nowhere(), { signal: options.signal });
      return place;
    }
    return await unpack(layer, folder, { ...options, advance });
  } finally {
    task.done();
  }
}

async function unpack(
  layer: Layer,
  folder: string,
  { signal, advance }: PlainLayersOptions & { readonly advance: (sizeBytes: number) => void },
): Promise<FileRange> {
  const path = join(folder, `${layer.diffId.replace(':', '-')}.tar`);
  const { bavail, bsize } = await statfs(folder);
  const roomBytes = bavail * bsize - reserveBytes;
  const file = await open(path, 'wx');
  try {
    const sink = fileSink(file, { advance, roomBytes, noRoom: () => noRoom(layer, folder) });
    await pipeline(await layer.uncompressed(), sink, { signal });
  } finally {
    await file.close();
  }
  return { path, offset: 0, sizeBytes: (await stat(path)).size };
}

interface SinkOptions {
  readonly advance: (sizeBytes: number) => void;
  readonly roomBytes: number;
  readonly noRoom: () => UserError;
}

/**
 * Writes chunks into a file, those that have come meanwhile at once, and gives their memory back. What is counted is counted here: each
 * further step in a stream would cost as much as a part of the writing.
 */
function fileSink(file: FileHandle, { advance, roomBytes, noRoom }: SinkOptions): Writable {
  let seenBytes = 0;
  const write = async (chunks: readonly Buffer[]): Promise<void> => {
    const sizeBytes = chunks.reduce((sum, { length }) => sum + length, 0);
    seenBytes += sizeBytes;
    advance(sizeBytes);
    if (seenBytes > roomBytes) throw noRoom();
    await writeAll(file, chunks);
    for (const chunk of chunks) releaseChunk(chunk);
  };
  return new Writable({
    highWaterMark: 2 * 1024 * 1024,
    write(chunk: Buffer, _encoding, done) {
      write([chunk]).then(() => done(), done);
    },
    writev(items, done) {
      write(items.map(({ chunk }) => chunk)).then(() => done(), done);
    },
  });
}

async function writeAll(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  const { bytesWritten } = await file.writev(chunks);
  let doneBytes = bytesWritten;
  for (const chunk of chunks) {
    // A disk that is nearly full takes less than it is given, and then says so.
    if (doneBytes < chunk.length) await file.writeFile(chunk.subarray(doneBytes));
    doneBytes = Math.max(0, doneBytes - chunk.length);
  }
}

function noRoom(layer: Layer, folder: string): UserError {
  return new UserError(`there is no room in ${folder} to unpack layer ${layer.digest}`, {
    hint: 'Set PLIMSOLL_CACHE_DIR to a folder on a larger disk.',
  });
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

const windowBytes = 1024 * 1024;

/** Sums up a part of a file, with one buffer for all of it. */
async function digestOf(
  { path, offset, sizeBytes }: FileRange,
  advance: (sizeBytes: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  const window = Buffer.alloc(windowBytes);
  const file = await open(path, 'r');
  try {
    for (let at = 0; at < sizeBytes; ) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(window, 0, Math.min(windowBytes, sizeBytes - at), offset + at);
      if (bytesRead === 0) break;
      hash.update(window.subarray(0, bytesRead));
      advance(bytesRead);
      at += bytesRead;
    }
    return `sha256:${hash.digest('hex')}`;
  } finally {
    await file.close();
  }
}
