import { decodeField } from './names.ts';
import { TarError } from './tar-entry.ts';

/** The unit that a tar archive is made of, in bytes. */
export const blockBytes = 512;

/** A length rounded up to whole blocks. */
export function paddedBytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / blockBytes) * blockBytes;
}

/** One header block, before extended headers are applied. */
export interface RawHeader {
  readonly name: string;
  readonly typeFlag: string;
  readonly sizeBytes: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  readonly linkName: string;
  readonly userName: string;
  readonly groupName: string;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

// A POSIX ustar header block (offset: length field):
//   0:100 name  100:8 mode  108:8 uid  116:8 gid  124:12 size  136:12 mtime  148:8 checksum  156:1 type  157:100 link
//   257:6 "ustar\0" 263:2 "00"  265:32 user  297:32 group  329:8 major  337:8 minor  345:155 prefix
// GNU writes "ustar  \0" at 257 and has no prefix; V7 has nothing from 257 on; star ends with "tar\0" at 508.

/** Reads a header block at `offset`. Throws a `TarError` for a wrong checksum or a number that is none. */
export function parseHeader(block: Buffer, offset: number): RawHeader {
  verifyChecksum(block, offset);
  const number = (start: number, length: number, name: string): number =>
    parseNumber(block, start, length, () => new TarError(`the ${name} field is no number`, offset));
  const hasMagic = beginsWith(block, 257, 'ustar');
  const isPosix = hasMagic && block[262] === 0;
  const hasOwners = isPosix || (hasMagic && beginsWith(block, 262, '  \0'));
  const prefix = isPosix ? decodeField(block, 345, beginsWith(block, 508, 'tar\0') ? 131 : 155) : '';
  const name = decodeField(block, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    typeFlag: String.fromCharCode(block[156] ?? 0),
    sizeBytes: number(124, 12, 'size'),
    mode: number(100, 8, 'mode'),
    uid: number(108, 8, 'uid'),
    gid: number(116, 8, 'gid'),
    mtimeSeconds: number(136, 12, 'mtime'),
    linkName: decodeField(block, 157, 100),
    userName: hasOwners ? decodeField(block, 265, 32) : '',
    groupName: hasOwners ? decodeField(block, 297, 32) : '',
    deviceMajor: hasOwners ? number(329, 8, 'device') : 0,
    deviceMinor: hasOwners ? number(337, 8, 'device') : 0,
  };
}

/** True where a file may be a tar archive with something in it, by its first block. */
export function isTarStart(block: Buffer): boolean {
  try {
    parseHeader(block, 0);
    return true;
  } catch (error) {
    if (error instanceof TarError) return false;
    throw error;
  }
}

function beginsWith(block: Buffer, start: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (block[start + at] !== text.charCodeAt(at)) return false;
  return true;
}

/** True for a block of zeros, of which two end an archive. */
export function isZeroBlock(block: Buffer): boolean {
  return block[0] === 0 && block.equals(zeroBlock);
}

/** A block of zeros. */
export const zeroBlock: Buffer = Buffer.alloc(blockBytes);

/**
 * A number in a header field: octal digits between blanks or NULs, or base-256 (two's complement, first bit set) as GNU
 * and star write what octal cannot hold. Throws what `problem` makes when it is neither or beyond 2⁵³.
 */
export function parseNumber(block: Buffer, start: number, length: number, problem: () => TarError): number {
  const first = block[start] ?? 0;
  const value = (first & 0x80) === 0 ? octal(block, start, length) : base256(block, start, length);
  if (!Number.isSafeInteger(value)) throw problem();
  return value;
}

function octal(block: Buffer, start: number, length: number): number {
  let at = start;
  let end = start + length;
  while (at < end && isBlank(block[at])) at++;
  while (end > at && isBlank(block[end - 1])) end--;
  let value = 0;
  for (; at < end; at++) {
    const digit = (block[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) {
      // What follows a NUL inside the field is left over from an earlier use of the buffer.
      return block[at] === 0 ? value : Number.NaN;
    }
    value = value * 8 + digit;
  }
  return value;
}

function base256(block: Buffer, start: number, length: number): number {
  const isNegative = ((block[start] ?? 0) & 0x40) !== 0;
  const flip = isNegative ? 0xff : 0;
  let value = ((block[start] ?? 0) ^ flip) & 0x7f;
  for (let at = start + 1; at < start + length; at++) value = value * 256 + ((block[at] ?? 0) ^ flip);
  return isNegative ? -value - 1 : value;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0;
}

/** The sum of all bytes with the checksum field counted as blanks; some old writers summed signed bytes. */
export function checksums(block: Buffer): { readonly unsigned: number; readonly signed: number } {
  let highBytes = 0;
  for (let at = 0; at < blockBytes; at++) {
    if ((at < 148 || at >= 156) && (block[at] ?? 0) > 127) highBytes += 1;
  }
  const unsigned = unsignedChecksum(block);
  return { unsigned, signed: unsigned - 256 * highBytes };
}

function unsignedChecksum(block: Buffer): number {
  let sum = 0;
  if (block.byteOffset % 4 === 0 && block.length === blockBytes) {
    // Four bytes at once, the even and the odd ones in 16 bits each: 256 times 255 fits.
    const words = new Int32Array(block.buffer, block.byteOffset, blockBytes / 4);
    let even = 0;
    let odd = 0;
    for (let at = 0; at < words.length; at++) {
      const word = words[at] ?? 0;
      even += word & 0x00ff00ff;
      odd += (word >>> 8) & 0x00ff00ff;
    }
    sum = (even & 0xffff) + (even >>> 16) + (odd & 0xffff) + (odd >>> 16);
  } else {
    for (let at = 0; at < blockBytes; at++) sum += block[at] ?? 0;
  }
  for (let at = 148; at < 156; at++) sum += 0x20 - (block[at] ?? 0);
  return sum;
}

function verifyChecksum(block: Buffer, offset: number): void {
  const stored = parseNumber(block, 148, 8, () => new TarError('this is no tar header', offset));
  if (stored !== unsignedChecksum(block) && stored !== checksums(block).signed) {
    throw new TarError('the header checksum does not match', offset);
  }
}
