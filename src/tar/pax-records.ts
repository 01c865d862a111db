import { decodeName, encodeName } from './names.ts';
import { TarError } from './tar-entry.ts';

// 30 mtime=1350244992.023960108\n
// 22 path=naïve/ünïcode\n          the length counts bytes, itself and the line end included

/** The records of extended headers by key; values as `decodeName` makes them. */
export type PaxRecords = ReadonlyMap<string, string>;

/**
 * Reads the records of a PAX extended header (POSIX.1-2001, pax, "pax Extended Header") into `records`, later ones over
 * earlier ones; an empty value takes a record away, and is kept as such where `hidesGlobal` is set, so that it can take away
 * a global one. The pairs of GNU sparse format 0.0, whose keys repeat, are
 * collected into `GNU.sparse.map` as format 0.1 writes it. Throws a `TarError` for malformed records.
 */
export function readPaxRecords(
  body: Buffer,
  { offset, hidesGlobal }: { readonly offset: number; readonly hidesGlobal: boolean },
  records: Map<string, string>,
): void {
  const sparse: string[] = [];
  for (let at = 0; at < body.length; ) {
    // Some writers fill the header up with NULs.
    if (body[at] === 0) break;
    const { blank, sizeBytes } = recordLength(body, at);
    const end = at + sizeBytes;
    if (!(end > blank + 1 && end <= body.length) || body[end - 1] !== 0x0a) throw malformed(offset + at);
    const equals = body.indexOf(0x3d, blank);
    if (equals <= blank + 1 || equals >= end) throw malformed(offset + at);
    const key = body.toString('utf8', blank + 1, equals);
    const value = decodeName(body.subarray(equals + 1, end - 1));
    if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') sparse.push(value);
    else if (value === '' && !hidesGlobal) records.delete(key);
    else records.set(key, checkedText(key, value, offset + at));
    at = end;
  }
  if (sparse.length > 0) records.set('GNU.sparse.map', sparse.join(','));
}

const texts = new Set(['path', 'linkpath', 'uname', 'gname', 'GNU.sparse.name']);

function checkedText(key: string, value: string, offset: number): string {
  // Readers that end a text there would see another name.
  if (texts.has(key) && value.includes('\0')) throw new TarError(`the PAX record ${key} holds a NUL`, offset);
  return value;
}

/** One to ten digits and a blank; `NaN` for all else. */
function recordLength(body: Buffer, start: number): { readonly blank: number; readonly sizeBytes: number } {
  let sizeBytes = 0;
  for (let at = start; at <= start + 10; at++) {
    const byte = body[at] ?? 0;
    if (byte === 0x20 && at > start) return { blank: at, sizeBytes };
    if (byte < 0x30 || byte > 0x39) break;
    sizeBytes = sizeBytes * 10 + byte - 0x30;
  }
  return { blank: start, sizeBytes: Number.NaN };
}

/** Writes PAX records, in the order given. */
export function formatPaxRecords(records: Iterable<readonly [string, string]>): Buffer {
  const parts: Buffer[] = [];
  for (const [key, value] of records) {
    const rest = Buffer.concat([Buffer.from(` ${key}=`), encodeName(value), Buffer.from('\n')]);
    let length = rest.length;
    // The length counts its own digits, so it may grow by writing it.
    while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
    parts.push(Buffer.from(String(length)), rest);
  }
  return Buffer.concat(parts);
}

/** A decimal record, with a fraction where there is one; undefined where it is absent. Throws a `TarError` for other text. */
export function paxNumber(pax: PaxRecords, key: string, offset: number): number | undefined {
  const text = pax.get(key);
  if (text === undefined) return undefined;
  const value = /^-?\d+(\.\d*)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    throw new TarError(`the PAX record ${key} is no number`, offset);
  }
  return value;
}

/** The `size` record, a whole number of bytes. */
export function paxSize(pax: PaxRecords, offset: number): number | undefined {
  const size = paxNumber(pax, 'size', offset);
  if (size !== undefined && (size < 0 || !Number.isInteger(size))) {
    throw new TarError('a size is no whole number of bytes', offset);
  }
  return size;
}

function malformed(offset: number): TarError {
  return new TarError('a PAX record is malformed', offset);
}
