import { isUtf8 } from 'node:buffer';

/** The most of a text file that is shown, in bytes. */
export const shownTextBytes: number = 1024 * 1024;
/** The most of any other file that is shown, in bytes. */
const shownBinaryBytes = 1024;

/** A file's content, or its beginning, for the pager. */
export interface FilePages {
  readonly kind: 'text' | 'binary';
  readonly lines: readonly string[];
  /** False where the file goes on. */
  readonly isWhole: boolean;
}

/** Turns the first bytes of a file of `sizeBytes` into lines: text as it is (not yet safe to print), all else as a dump. */
export function filePages(start: Uint8Array, sizeBytes: number): FilePages {
  const shown = start.subarray(0, shownTextBytes);
  const isCut = shown.length < sizeBytes;
  const text = isCut ? withoutCutCharacter(shown) : shown;
  if (!text.includes(0) && isUtf8(text)) {
    const lines = Buffer.from(text.buffer, text.byteOffset, text.length).toString('utf8').split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    return { kind: 'text', lines, isWhole: !isCut };
  }
  const bytes = start.subarray(0, shownBinaryBytes);
  return { kind: 'binary', lines: hexDump(bytes), isWhole: bytes.length === sizeBytes };
}

/** A character that the cut splits is left out: up to three bytes before the end begin it. */
function withoutCutCharacter(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return bytes.subarray(0, bytes.length - back);
  }
  return bytes;
}

// 00000010  7f 45 4c 46 02 01 01 00  00 00 00 00 00 00 00 00  |.ELF............|
function hexDump(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte, i) => `${i === 8 ? ' ' : ''}${byte.toString(16).padStart(2, '0')}`).join(' ');
    const text = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(48)}  |${text}|`);
  }
  return lines;
}
