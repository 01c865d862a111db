import { Readable } from 'node:stream';
import {
  type BlockReader,
  type BlockSource,
  chainStreams,
  compressBlocks,
  igzipped,
  type LayerCompressionFormat,
  meterBytes,
} from '../base/index.ts';
import type { Layer } from '../image/index.ts';

/** A layer as it goes to a registry. */
export interface OutgoingLayer {
  readonly layer: Layer;
  /** What the memory of pushed blobs calls it: by what would be made of it now, last; before that, by what does as well. */
  readonly keys: readonly [string, ...string[]];
  /** How it is packed on its way; `stored` as the source has it. */
  readonly packing: LayerCompressionFormat | 'stored';
  readonly mediaType: string;
  /** Where they are known before the bytes are: those of a layer that is compressed in its source. */
  readonly digest?: string;
  readonly sizeBytes?: number;
  /** How much is read for it, in bytes. */
  readonly readBytes: number;
  /** The blob's bytes, the same each time; `onRead` is told of what is read for them. */
  open(onRead: (sizeBytes: number) => void): Promise<Readable>;
}

const defaultLevels: Readonly<Record<LayerCompressionFormat, number>> = { gzip: 2, zstd: 3 };
/** Its command line's own. */
const igzipLevel = 2;

/** How layers that are stored uncompressed are packed. */
export interface LayerPacking {
  readonly format: LayerCompressionFormat;
  /** How hard the compressor tries: 1 to 9 for gzip (default 2), 1 to 19 for zstd (default 3); docs/push.md has what was measured. */
  readonly level?: number | undefined;
  /** The version of `igzip` that makes the gzip, in place of Node's zlib: four times as fast, for other bytes. Its levels are 0 to 3 (default 2). */
  readonly igzip?: string | undefined;
  /** Any blob of that format that the registry was given for a layer does, whatever made it: its digest stays where another compressor comes. */
  readonly isAnyGood?: boolean | undefined;
  /** Readers that know no zstd must be able to pull it: layers that are stored so are packed anew. */
  readonly isForAny?: boolean | undefined;
}

function levelOf({ format, level, igzip }: LayerPacking): number {
  return level ?? (igzip === undefined ? defaultLevels[format] : igzipLevel);
}

/** Changes with what the compressor makes of the same bytes. */
const packingVersion = 5;

/** The blob of a layer's bytes. */
export function packed(source: BlockSource, packing: LayerPacking): AsyncGenerator<Buffer> {
  const level = levelOf(packing);
  return packing.igzip === undefined
    ? compressBlocks(source, packing.format, { level })
    : igzipped(source, level);
}

/**
 * How a layer goes out: one that is compressed as it is stored, all others compressed in blocks on the way. A layer is compressed
 * when what is stored has another digest than its tar. Without a packing, all go as they are stored.
 */
export function outgoingLayer(layer: Layer, packing: LayerPacking | undefined): OutgoingLayer {
  const { digest, diffId, sizeBytes, mediaType } = layer;
  if (packing === undefined || (digest !== diffId && !(packing.isForAny === true && isZstd(layer)))) {
    return {
      layer,
      keys: [digest],
      packing: 'stored',
      mediaType,
      digest,
      sizeBytes,
      readBytes: sizeBytes,
      open: async (onRead) => metered(await layer.stored(), onRead),
    };
  }
  const { format, igzip, isAnyGood = false } = packing;
  const maker = igzip === undefined ? packingVersion : `igzip-${igzip}`;
  const key = `${diffId}+${format}.${maker}.${levelOf(packing)}`;
  return {
    layer,
    keys: isAnyGood ? [`${diffId}+${format}`, key] : [key],
    packing: format,
    mediaType: `application/vnd.oci.image.layer.v1.tar+${format}`,
    readBytes: sizeBytes,
    open: async (onRead) => {
      const blocks = await layer.plainBlocks?.();
      const tell = capped(onRead, sizeBytes);
      const source = blocks ? counted(blocks, tell) : metered(await layer.uncompressed(), tell);
      return Readable.from(packed(source, packing), { objectMode: false });
    },
  };
}

function isZstd({ mediaType, urls = [] }: Layer): boolean {
  return urls.length === 0 && /[.+]zstd(?::chunked)?$/.test(mediaType);
}

/** What is unpacked is more than what is stored: the rest is not told. */
function capped(onRead: (sizeBytes: number) => void, mostBytes: number): (sizeBytes: number) => void {
  let left = mostBytes;
  return (sizeBytes) => {
    const told = Math.min(left, sizeBytes);
    left -= told;
    onRead(told);
  };
}

function counted(blocks: BlockReader, onRead: (sizeBytes: number) => void): BlockReader {
  return {
    async readInto(block) {
      const filled = await blocks.readInto(block);
      onRead(filled);
      return filled;
    },
    close: async () => await blocks.close(),
  };
}

function metered(stream: Readable, onRead: (sizeBytes: number) => void): Readable {
  return chainStreams(stream, [meterBytes(onRead)], (error) => error);
}
