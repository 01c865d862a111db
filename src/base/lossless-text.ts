import { isAscii, isUtf8 } from 'node:buffer';

/**
 * Decodes UTF-8 so that nothing is lost. A byte that is not part of valid UTF-8 becomes a lone surrogate U+DC80 to U+DCFF (Python's
 * `surrogateescape`, PEP 383), so that different bytes stay different and `encodeLossless` gives them back. A byte-order mark stays.
 */
export function decodeLossless(bytes: Buffer): string {
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

/** The bytes of a text that `decodeLossless` gave, or of any other in UTF-8. */
export function encodeLossless(text: string): Buffer {
  if (!escapedByte.test(text)) return Buffer.from(text, 'utf8');
  const parts = text.split(escapedByte);
  // `split` with a capturing group alternates: text, escaped byte, text, …
  return Buffer.concat(
    parts.map((part, index) =>
      index % 2 === 0 ? Buffer.from(part, 'utf8') : Buffer.from([part.charCodeAt(0) - 0xdc00]),
    ),
  );
}

const escapedByte = /(?<![\uD800-\uDBFF])([\uDC80-\uDCFF])/;

function sequenceLength(bytes: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}
