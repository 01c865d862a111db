import { isAscii } from 'node:buffer';
import { blockBytes, checksums, paddedBytes, zeroBlock } from './header.ts';
import { encodeName } from './names.ts';
import { formatPaxRecords } from './pax-records.ts';
import type { TarEntryType } from './tar-entry.ts';
import type { TarMember } from './tar-member.ts';

const typeFlags: Readonly<Record<TarEntryType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
};

const octalLimit = { eight: 0o7777777, twelve: 0o77777777777 } as const;

/** PAX records that say what a member's own properties say, which go before them. */
export const fieldKeys: ReadonlySet<string> = new Set([
  'path',
  'linkpath',
  'size',
  'uid',
  'gid',
  'mtime',
  'uname',
  'gname',
]);

/** The header block of a member, after a PAX header where ustar's fields are too small for it. */
export function formatHeader(member: Omit<TarMember, 'content'>, sizeBytes: number): Buffer {
  const records = new Map<string, string>();
  const type = member.type ?? 'file';
  const name = splitName(encodeName(member.path));
  const link = encodeName(member.linkPath ?? '');
  if (!name.fits) records.set('path', member.path);
  if (link.length > 100 || !isAscii(link)) records.set('linkpath', member.linkPath ?? '');
  const numbers = { uid: member.uid ?? 0, gid: member.gid ?? 0, mtime: member.mtimeSeconds ?? 0 };
  for (const [key, value] of Object.entries(numbers)) {
    const limit = key === 'mtime' ? octalLimit.twelve : octalLimit.eight;
    if (!Number.isInteger(value) || value < 0 || value > limit)
      records.set(key, decimalOf(member, key, value));
  }
  if (sizeBytes > octalLimit.twelve) records.set('size', String(sizeBytes));
  if (!fitsField(member.userName)) records.set('uname', member.userName ?? '');
  if (!fitsField(member.groupName)) records.set('gname', member.groupName ?? '');
  for (const [key, value] of Object.entries(member.pax ?? {})) {
    if (!fieldKeys.has(key)) records.set(key, value);
  }
  const block = ustarBlock({
    name: name.name,
    prefix: name.prefix,
    link: link.subarray(0, 100),
    typeFlag: typeFlags[type],
    mode: member.mode ?? (type === 'directory' ? 0o755 : 0o644),
    uid: fieldNumber(numbers.uid, octalLimit.eight),
    gid: fieldNumber(numbers.gid, octalLimit.eight),
    mtime: fieldNumber(numbers.mtime, octalLimit.twelve),
    sizeBytes: sizeBytes > octalLimit.twelve ? 0 : sizeBytes,
    user: fitsField(member.userName) ? (member.userName ?? '') : '',
    group: fitsField(member.groupName) ? (member.groupName ?? '') : '',
    deviceMajor: member.deviceMajor ?? 0,
    deviceMinor: member.deviceMinor ?? 0,
  });
  return records.size === 0 ? block : Buffer.concat([paxHeader(records), block]);
}

// Names that are not UTF-8 go in as they are, as Go writes them: GNU tar knows no `hdrcharset`.
function paxHeader(records: ReadonlyMap<string, string>): Buffer {
  const body = formatPaxRecords(records);
  const block = ustarBlock({
    name: Buffer.from('PaxHeaders/entry'),
    prefix: Buffer.alloc(0),
    link: Buffer.alloc(0),
    typeFlag: 'x',
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
    sizeBytes: body.length,
    user: '',
    group: '',
    deviceMajor: 0,
    deviceMinor: 0,
  });
  return Buffer.concat([block, body, zeroBlock.subarray(0, paddedBytes(body.length) - body.length)]);
}

interface UstarFields {
  readonly name: Buffer;
  readonly prefix: Buffer;
  readonly link: Buffer;
  readonly typeFlag: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly sizeBytes: number;
  readonly user: string;
  readonly group: string;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

function ustarBlock(fields: UstarFields): Buffer {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, length: number): void =>
    void block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  fields.name.copy(block, 0);
  octal(fields.mode, 100, 8);
  octal(fields.uid, 108, 8);
  octal(fields.gid, 116, 8);
  octal(fields.sizeBytes, 124, 12);
  octal(fields.mtime, 136, 12);
  block.write(fields.typeFlag, 156, 'latin1');
  fields.link.copy(block, 157);
  block.write('ustar\u000000', 257, 'latin1');
  block.write(fields.user, 265, 'latin1');
  block.write(fields.group, 297, 'latin1');
  octal(fields.deviceMajor, 329, 8);
  octal(fields.deviceMinor, 337, 8);
  fields.prefix.copy(block, 345);
  block.write(`${checksums(block).unsigned.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

interface SplitName {
  readonly name: Buffer;
  readonly prefix: Buffer;
  /** False where the fields hold a shortened name only. */
  readonly fits: boolean;
}

/** Up to 100 bytes as the name; up to 255 in two parts at a slash, ASCII only, as POSIX has it. */
function splitName(path: Buffer): SplitName {
  const none = Buffer.alloc(0);
  const fits = isAscii(path);
  if (path.length <= 100) return { name: path, prefix: none, fits };
  const slash = path.lastIndexOf(0x2f, Math.min(155, path.length - 2));
  if (!fits || slash <= 0 || path.length - slash - 1 > 100) {
    return { name: path.subarray(0, 100), prefix: none, fits: false };
  }
  return { name: path.subarray(slash + 1), prefix: path.subarray(0, slash), fits: true };
}

function fitsField(text: string | undefined): boolean {
  return text === undefined || (text.length <= 31 && isAscii(Buffer.from(text)));
}

function fieldNumber(value: number, limit: number): number {
  const whole = Math.floor(value);
  return whole < 0 || whole > limit ? 0 : whole;
}

/** A time that was read from a PAX record goes out as it came: a double does not hold all of its nanoseconds. */
function decimalOf({ pax }: Pick<TarMember, 'pax'>, key: string, value: number): string {
  const known = pax?.[key];
  return known !== undefined && Number(known) === value ? known : plainDecimal(value);
}

/** Without an exponent, as PAX wants it. */
function plainDecimal(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(9).replace(/0+$/, '');
}
