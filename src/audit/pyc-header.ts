import type { LayerEntry } from '../filetree/index.ts';

/** Length of the header of a compiled module since Python 3.7 (PEP 552). */
export const pycHeaderBytes = 16;

/** What Python makes of a header: it fits the source (`fresh`), goes by a hash instead of times (`hashed`), or does not fit (`stale`). */
export type PycVerdict = 'fresh' | 'hashed' | 'stale';

// The magic numbers of the releases (CPython, Lib/importlib/_bootstrap_external.py and pycore_magic_number.h); those of previews differ.
const magicNumbers: ReadonlyMap<string, number> = new Map([
  ['37', 3394],
  ['38', 3413],
  ['39', 3425],
  ['310', 3439],
  ['311', 3495],
  ['312', 3531],
  ['313', 3571],
  ['314', 3627],
]);

/**
 * Judges the header of a compiled module as Python does before it loads it (PEP 552), 32-bit words, the least byte first:
 *
 *     a7 0d 0d 0a   magic number of the version, then "\r\n"
 *     00 00 00 00   flags: bit 0 for a hash in the place of what follows
 *     4e 7b 1f 66   time of the source, in seconds
 *     c3 01 00 00   length of the source, in bytes
 */
export function pycVerdict(
  path: string,
  header: Uint8Array,
  source: Pick<LayerEntry, 'mtimeSeconds' | 'sizeBytes'>,
): PycVerdict {
  if (header.length < pycHeaderBytes) return 'stale';
  const view = new DataView(header.buffer, header.byteOffset, pycHeaderBytes);
  const magic = magicNumbers.get(/\.cpython-(\d+)\./.exec(path)?.[1] ?? '');
  if (magic !== undefined && view.getUint16(0, true) !== magic) return 'stale';
  if ((view.getUint32(4, true) & 1) === 1) return 'hashed';
  const isSameTime = view.getUint32(8, true) === Math.floor(source.mtimeSeconds) >>> 0;
  return isSameTime && view.getUint32(12, true) === source.sizeBytes >>> 0 ? 'fresh' : 'stale';
}
