import { open } from 'node:fs/promises';
import type { Duplex, Readable } from 'node:stream';
import {
  type BlockReader,
  chainStreams,
  DigestMismatchError,
  foreignCompression,
  messageOf,
  meterBytes,
  sniffBytes,
  sniffCompression,
  sniffStream,
  UserError,
  verifiedDecompressor,
  verifyDigest,
} from '../base/index.ts';
import type { FileRange, RangeReader } from '../tar/index.ts';
import type { FileLayer, Layer, PiecedTar, PlainFile } from './image.ts';
import { type BlockOpener, fileBlocks, readBlocks } from './read-blocks.ts';
import { fileRange } from './sources/file-range.ts';

/** What a source knows of a layer, and how it opens the bytes. */
export interface StoredLayer {
  readonly digest: string;
  readonly diffId: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly isUnmeasured?: boolean;
  readonly createdBy: string | undefined;
  readonly urls: readonly string[];
  /** How errors name it: `layer 3 of 12`. */
  readonly title: string;
  /** The bytes as stored, not yet verified. */
  readonly open: () => Promise<Readable>;
  /** Where a source keeps them in a file, if it does. */
  readonly locate?: () => Promise<StoredPlace | undefined>;
  /** Where it keeps them uncompressed in pieces, if it does. */
  readonly pieces?: StoredPieces;
  /** What to do where they are not what they should be. */
  readonly hint?: string;
}

/** A layer in pieces. */
export interface StoredPieces {
  readonly place: PiecedTar;
  /** All of them, from the first byte on. */
  readonly blocks: () => BlockOpener;
}

/** Where a source keeps a layer's bytes as they are stored. */
export interface StoredPlace extends FileRange {
  readonly isVouchedFor?: boolean;
}

/** A foreign layer whose bytes the source does not hold; `urls` say where they are to be had. */
export class AbsentLayerError extends UserError {
  readonly digest: string;

  constructor(message: string, layer: { readonly digest: string; readonly urls: readonly string[] }) {
    super(message, { hint: `Its publisher offers it at ${layer.urls.join(', ')}` });
    this.digest = layer.digest;
  }
}

/**
 * The most that one layer may unpack to, in bytes: 1 TiB, far above any real one, so that a decompression bomb ends with an
 * error in place of a full disk.
 */
const unpackedLimitBytes = 1024 ** 4;

/** Makes the layer of what a source stores: verified on the way out, unpacked by what its first bytes say. */
export function storedLayer(stored: StoredLayer): Layer {
  const { digest, diffId, mediaType, sizeBytes, createdBy, urls, title } = stored;
  return {
    title,
    digest,
    diffId,
    mediaType,
    sizeBytes,
    ...(stored.isUnmeasured === true && { isUnmeasured: true }),
    ...(createdBy !== undefined && createdBy !== '' && { createdBy }),
    ...(urls.length > 0 && { urls }),
    stored: async () =>
      chainStreams(await stored.open(), [verifyDigest(digest)], (error) =>
        unreadable(stored, error, undefined),
      ),
    uncompressed: async () => await unpacked(stored),
    ...(stored.locate && {
      plainTar: async () => await plainTar(stored),
      plainBlocks: async () => await plainBlocks(stored),
      inFile: async () => await inFile(stored),
    }),
    ...(stored.pieces && piecedOpeners(stored, stored.pieces)),
  };
}

function piecedOpeners(
  stored: StoredLayer,
  { place, blocks }: StoredPieces,
): Pick<Layer, 'plainTar' | 'plainBlocks'> {
  const explain = (error: unknown): Error =>
    unreadable(stored, error instanceof Error ? error : new Error(String(error)), undefined);
  const open = async (): Promise<RangeReader> => {
    const reader = await place.open().catch((error: unknown) => {
      throw explain(error);
    });
    return {
      heldBytes: reader.heldBytes,
      read(target, position) {
        try {
          return reader.read(target, position);
        } catch (error) {
          throw explain(error);
        }
      },
      close: () => reader.close(),
    };
  };
  return {
    plainTar: async () => ({ ...place, open }),
    plainBlocks: async () => provenBlocks(stored, blocks()),
  };
}

async function inFile(stored: StoredLayer): Promise<FileLayer | undefined> {
  const { digest, diffId, mediaType, sizeBytes, title } = stored;
  const place = await stored.locate?.();
  return place && { digest, diffId, mediaType, sizeBytes, title, place };
}

/** The layer that lies in a file; its openers work as long as the file is there. What this process vouches for is not verified as it is stored. */
export function openFileLayer(file: FileLayer): Layer {
  const { path, offset, sizeBytes, isVouchedFor = false } = file.place;
  const open = async (): Promise<Readable> => fileRange(path, offset, sizeBytes);
  const layer = storedLayer({
    ...file,
    createdBy: undefined,
    urls: [],
    open,
    locate: async () => file.place,
  });
  return isVouchedFor ? { ...layer, stored: open } : layer;
}

async function plainTar(layer: StoredLayer): Promise<PlainFile | undefined> {
  const place = await layer.locate?.();
  if (place === undefined) return undefined;
  const file = await open(place.path, 'r');
  try {
    const start = Buffer.alloc(Math.min(sniffBytes, place.sizeBytes));
    await file.read(start, 0, start.length, place.offset);
    if (sniffCompression(start) !== 'none' || foreignCompression(start) !== undefined) return undefined;
    return { ...place, isVouchedFor: place.isVouchedFor === true };
  } finally {
    await file.close();
  }
}

async function plainBlocks(layer: StoredLayer): Promise<BlockReader | undefined> {
  const place = await plainTar(layer);
  return place && provenBlocks(layer, fileBlocks(place));
}

function provenBlocks(layer: StoredLayer, source: BlockOpener): BlockReader {
  return readBlocks(source, {
    digest: layer.diffId,
    explain: (error, atByte) => unreadable(layer, error, atByte),
  });
}

async function unpacked(layer: StoredLayer): Promise<Readable> {
  const place = { readBytes: 0 };
  const explain = (error: Error): Error => unreadable(layer, error, place.readBytes);
  const raw = await layer.open();
  const { compression, foreign, stream } = await sniffStream(raw).catch((error: unknown) => {
    throw explain(error instanceof Error ? error : new Error(String(error)));
  });
  if (foreign !== undefined) {
    stream.destroy();
    throw new UserError(
      `${layer.title} (${layer.digest}) is compressed with ${foreign}, which is not supported`,
      {
        hint: 'Convert the image: `skopeo copy` to an OCI layout writes its layers with gzip.',
      },
    );
  }
  const steps: Duplex[] = [
    meterBytes((count) => {
      place.readBytes += count;
    }),
  ];
  // What this process has written itself unpacks to the bytes of the diffID, or fails.
  const isVouchedFor = (await layer.locate?.())?.isVouchedFor === true;
  if (layer.digest !== layer.diffId && !isVouchedFor) steps.push(verifyDigest(layer.digest));
  const proof = { digest: layer.diffId, mostBytes: unpackedLimitBytes, tooMany: tooLong };
  steps.push(...verifiedDecompressor(compression, proof));
  return chainStreams(stream, steps, explain);
}

function tooLong(): Error {
  return new Error(`it unpacks to more than ${unpackedLimitBytes} bytes`);
}

function unreadable(layer: StoredLayer, error: Error, atByte: number | undefined): Error {
  if (error.name === 'AbortError' || error instanceof UserError) return error;
  const name = `${layer.title} (${layer.digest})`;
  const hint = layer.hint ?? 'The image is damaged: save or pull it again.';
  if (error instanceof DigestMismatchError) {
    const what = error.expected === layer.digest ? 'its digest' : `its diffID ${error.expected}`;
    return new UserError(`${name} does not have ${what}: its bytes have ${error.actual}`, {
      hint,
      cause: error,
    });
  }
  const place = atByte === undefined ? '' : ` after ${atByte} of ${layer.sizeBytes} stored bytes`;
  return new UserError(`${name} cannot be read${place}: ${messageOf(error)}`, {
    hint,
    cause: error,
  });
}
