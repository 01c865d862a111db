import { fileWitness, type Layer, type PlainTar } from '../image/index.ts';

/**
 * The name of a place that nobody vouches for. What is read from there without verification is kept under it beside the diffID,
 * so that a file with a false diffID deceives about itself only.
 */
export async function witnessOf(place: PlainTar | undefined): Promise<string | undefined> {
  if (place === undefined || place.isVouchedFor) return undefined;
  return 'witness' in place ? place.witness : await fileWitness(place);
}

/** The file whose word is taken for a layer's content; undefined for content that is verified whenever it is read. */
export async function layerWitness(layer: Layer): Promise<string | undefined> {
  return await witnessOf(await layer.plainTar?.());
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
