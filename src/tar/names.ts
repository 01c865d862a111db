import { decodeLossless, encodeLossless } from '../base/index.ts';

/** File names are bytes; most are UTF-8. Those that are not keep their bytes as `decodeLossless` describes. */
export function decodeName(bytes: Buffer): string {
  return decodeLossless(bytes);
}

/** The bytes of a name that `decodeName` made. */
export function encodeName(name: string): Buffer {
  return encodeLossless(name);
}

/** The text of a NUL-terminated header field. */
export function decodeField(block: Buffer, start: number, length: number): string {
  let stop = start;
  let bits = 0;
  for (; stop < start + length; stop++) {
    const byte = block[stop] ?? 0;
    if (byte === 0) break;
    bits |= byte;
  }
  if (stop === start) return '';
  return bits < 0x80 ? block.toString('latin1', start, stop) : decodeName(block.subarray(start, stop));
}
