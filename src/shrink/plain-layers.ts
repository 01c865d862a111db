import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { capBytes, meterBytes, type Progress, UserError } from '../base/index.ts';
import type { Layer } from '../image/index.ts';
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

async function openLayer(layer: Layer, folder: string, options: PlainLayersOptions): Promise<FileRange> {
  const task = options.progress.start(`unpacking ${layer.createdBy ?? layer.diffId}`);
  const advance = (sizeBytes: number): void => task.advance(sizeBytes);
  try {
    const place = await layer.plainTar?.();
    if (place?.isVouchedFor === true) return place;
    if (place !== undefined) {
      await pipeline(await layer.uncompressed(), nowhere(advance), { signal: options.signal });
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
  const room = capBytes(roomBytes, () => noRoom(layer, folder));
  await pipeline(
    await layer.uncompressed(),
    meterBytes(advance),
    room,
    createWriteStream(path, { flags: 'wx' }),
    { signal },
  );
  return { path, offset: 0, sizeBytes: (await stat(path)).size };
}

function noRoom(layer: Layer, folder: string): UserError {
  return new UserError(`there is no room in ${folder} to unpack layer ${layer.digest}`, {
    hint: 'Set PLIMSOLL_CACHE_DIR to a folder on a larger disk.',
  });
}

/** Reads a stream to its end, so that its digest is proven. */
function nowhere(advance: (sizeBytes: number) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      advance(chunk.length);
      done();
    },
  });
}
