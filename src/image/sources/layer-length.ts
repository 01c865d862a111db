import { UserError } from '../../base/index.ts';
import type { Descriptor } from '../documents.ts';

/** Fails with a `UserError` unless a layer's file is as long as its descriptor says: what is cut off need not be read for it. */
export function checkLayerLength(
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  sizeBytes: number,
  title: string,
): void {
  if (sizeBytes === size) return;
  throw new UserError(
    `the layer ${digest} in ${title} has ${sizeBytes} bytes, but its manifest says ${size}`,
    { hint: 'The image is damaged: save or pull it again.' },
  );
}
