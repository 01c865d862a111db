import { stat } from 'node:fs/promises';
import type { Layer, PlainTar } from '../image/index.ts';
import type { FileRange } from '../tar/index.ts';

/**
 * Names a part of a file so that the name changes when the file is written again. What is read from there without
 * verification is kept under this name beside the diffID, so that a file with a false diffID deceives about itself only.
 */
export async function witnessOf(place: PlainTar | undefined): Promise<string | undefined> {
  return place === undefined || place.isVouchedFor ? undefined : await fileName(place);
}

/** The file whose word is taken for a layer's content; undefined for content that is verified whenever it is read. */
export async function layerWitness(layer: Layer): Promise<string | undefined> {
  return await witnessOf(await layer.plainTar?.());
}

async function fileName(range: FileRange): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(range.path, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs, range.offset, range.sizeBytes].join(' ');
}

/**
 * Looks a layer's cached value up: first what was verified under its diffID, then, unless only that will do, what was read
 * from this very file. Undefined when neither is there; the layer itself is not read.
 */
export async function lookUp<Value>(
  layer: Layer,
  find: (witness: string | undefined) => Promise<Value | undefined>,
  isVerifiedOnly: boolean,
): Promise<Value | undefined> {
  const verified = await find(undefined);
  if (verified !== undefined || isVerifiedOnly) return verified;
  const witness = await layerWitness(layer);
  return witness === undefined ? undefined : await find(witness);
}
