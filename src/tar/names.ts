import { isAscii, isUtf8 } from 'node:buffer';

/**
 * File names are bytes; most are UTF-8. A byte that is not part of valid UTF-8 becomes a lone surrogate U+DC80 to U+DCFF
 * (Python's `surrogateescape`, PEP 383), so that different names stay different and `encodeName` gives the bytes back.
 */
export function decodeName(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    text +=
      length === 0 ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0)) : bytes.toString('utf8', at, at + length);
    at += Math.max(length, 1);
  }
  return text;
}

/** The bytes of a name that `decodeName` made. */
export function encodeName(name: string): Buffer {
  if (!escapedByte.test(name)) return Buffer.from(name, 'utf8');
  const parts = name.split(escapedByte);
  // `split` with a capturing group alternates: text, escaped byte, text, …
  return Buffer.concat(
    parts.map((part, index) =>
      index % 2 === 0 ? Buffer.from(part, 'utf8') : Buffer.from([part.charCodeAt(0) - 0xdc00]),
    ),
  );
}

const escapedByte = /(?<![\uD800-\uDBFF])([\uDC80-\uDCFF])/;

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

function sequenceLength(bytes: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}
