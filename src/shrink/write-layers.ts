import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BlockReader,
  compressBlocks,
  type LayerCompressionFormat,
  type Progress,
  releaseChunk,
  UserError,
} from '../base/index.ts';
import { type Image, type Layer, openFileLayer } from '../image/index.ts';
import { type FileRange, type FillFromTar, packTar } from '../tar/index.ts';
import type { PlannedLayer } from './arrange-layers.ts';
import type { PlainLayers } from './plain-layers.ts';
import type { ShrinkPlan } from './plan.ts';
import { type OpenTar, planMembers } from './plan-members.ts';
import type { StoredEntries } from './stored-entries.ts';

/** What new layers are written from, and how. */
export interface WriteLayersRequest {
  readonly image: Pick<Image, 'layers'>;
  readonly plan: ShrinkPlan;
  readonly entries: StoredEntries;
  readonly layers: PlainLayers;
  readonly compression: LayerCompressionFormat;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** A new layer with what is in it. */
export interface WrittenLayer {
  readonly planned: PlannedLayer;
  readonly layer: Layer;
  /** Bytes of all contents, as they are now. */
  readonly contentBytes: number;
}

/**
 * Writes the planned layers one after another, compressed, into the folder of the plain layers: they can be opened until those
 * are closed. Nothing of a layer is in memory but what is being read and compressed.
 */
export async function writeLayers(request: WriteLayersRequest): Promise<WrittenLayer[]> {
  const tars = await openTars(request);
  try {
    const written: WrittenLayer[] = [];
    const { layers } = request.plan;
    for (const [number, planned] of layers.entries()) {
      const title = `layer ${number + 1} of ${layers.length}`;
      written.push(await writeLayer(request, { planned, tars, title }));
    }
    return written;
  } finally {
    for (const { file } of tars.values()) closeSync(file);
  }
}

async function openTars({ image, plan, layers }: WriteLayersRequest): Promise<ReadonlyMap<number, OpenTar>> {
  const tars = new Map<number, OpenTar>();
  for (const number of new Set(plan.layers.flatMap(({ from }) => from))) {
    const layer = image.layers[number];
    if (layer === undefined) continue;
    const { path, offset }: FileRange = await layers.open(layer);
    tars.set(number, { file: openSync(path, 'r'), offset });
  }
  return tars;
}

interface LayerToWrite {
  readonly planned: PlannedLayer;
  readonly tars: ReadonlyMap<number, OpenTar>;
  readonly title: string;
}

async function writeLayer(
  { entries, layers, compression, progress, signal }: WriteLayersRequest,
  { planned, tars, title }: LayerToWrite,
): Promise<WrittenLayer> {
  const task = progress.start(`writing ${planned.group}`, planned.contentBytes);
  const path = join(layers.folder, `new-${planned.group}`);
  const [plain, packed] = [summing(), summing()];
  let contentBytes = 0;
  const members = planMembers(planned, {
    entries,
    open: tars,
    onContent: (sizeBytes) => {
      contentBytes += sizeBytes;
    },
  });
  const file = await open(path, 'wx').catch(explainFull(layers.folder));
  try {
    const blocks = summedBlocks(packTar(members), (piece) => {
      plain.add(piece);
      task.advance(piece.length);
    });
    for await (const chunk of compressBlocks(blocks, compression)) {
      signal.throwIfAborted();
      packed.add(chunk);
      await file.writeFile(chunk).catch(explainFull(layers.folder));
      releaseChunk(chunk);
    }
  } finally {
    task.done();
    await file.close();
  }
  const sizeBytes = packed.sizeBytes();
  const layer = openFileLayer({
    digest: packed.digest(),
    diffId: plain.digest(),
    mediaType: `application/vnd.oci.image.layer.v1.tar+${compression}`,
    sizeBytes,
    title,
    place: { path, offset: 0, sizeBytes, isVouchedFor: true },
  });
  return { planned, layer, contentBytes };
}

/** Says of a full disk which it is. */
function explainFull(folder: string): (error: unknown) => never {
  return (error) => {
    const isFull =
      error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
    if (!isFull) throw error;
    throw new UserError(`there is no room in ${folder} for the new layers`, {
      hint: 'Set PLIMSOLL_CACHE_DIR to a folder on a larger disk.',
      cause: error,
    });
  };
}

/** What the cache of one processor holds beside other things, in bytes: what was just read there is summed up from it. */
const pieceBytes = 256 * 1024;

/** Fills a compressor's blocks from an archive, and tells of each piece while it is at hand. */
function summedBlocks(fill: FillFromTar, onPiece: (piece: Buffer) => void): BlockReader {
  return {
    async readInto(block) {
      for (let at = 0; at < block.length; at += pieceBytes) {
        const piece = block.subarray(at, at + pieceBytes);
        const filled = fill(piece);
        onPiece(piece.subarray(0, filled));
        if (filled < piece.length) return at + filled;
      }
      return block.length;
    },
    close: async () => {},
  };
}

interface Summing {
  add(chunk: Buffer): void;
  digest(): string;
  sizeBytes(): number;
}

/** Sums up what flows by. */
function summing(): Summing {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  return {
    add(chunk) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    },
    digest: () => `sha256:${hash.digest('hex')}`,
    sizeBytes: () => sizeBytes,
  };
}
