import { DamageError, part, viewOf } from './damage.ts';

/** A SQLite database as its pages, those of the write-ahead log before those of the file. */
export interface SqlitePages {
  readonly pageBytes: number;
  /** Bytes of a page that content may use. */
  readonly usableBytes: number;
  /** Page `number`, counted from 1. Throws a `DamageError` where it is missing. */
  page(number: number): Uint8Array;
}

/**
 * Opens a SQLite 3 file (sqlite.org/fileformat2.html, 1.3 and 4): 100 bytes of header at the start of page 1.
 *
 *     "SQLite format 3\0" pageBytes[2] write[1] read[1] reserved[1] …      pageBytes 1 means 65,536
 *
 * Throws a `DamageError` where it is none.
 */
export function openSqlite(file: Uint8Array, log: Uint8Array | undefined): SqlitePages {
  const logged = log === undefined ? undefined : loggedPages(log);
  const first = logged?.pages.get(1) ?? file;
  if (new TextDecoder('latin1').decode(first.subarray(0, 16)) !== 'SQLite format 3\0') {
    throw new DamageError('it is no SQLite database');
  }
  const view = viewOf(first);
  const stated = view.getUint16(16);
  const pageBytes = stated === 1 ? 65_536 : stated;
  if (pageBytes < 512 || !Number.isInteger(Math.log2(pageBytes))) {
    throw new DamageError(`pages of ${pageBytes} bytes are impossible`);
  }
  if (logged !== undefined && logged.pageBytes !== pageBytes) {
    throw new DamageError('its write-ahead log has pages of another size');
  }
  if (view.getUint32(56) > 1) throw new DamageError('its text is UTF-16, which rpm does not write');
  return {
    pageBytes,
    usableBytes: pageBytes - view.getUint8(20),
    page(number) {
      if (number === 0) throw new DamageError('a page number is 0');
      return logged?.pages.get(number) ?? part(file, (number - 1) * pageBytes, pageBytes);
    },
  };
}

interface LoggedPages {
  readonly pageBytes: number;
  readonly pages: ReadonlyMap<number, Uint8Array>;
}

/**
 * The pages of a write-ahead log's committed transactions (fileformat2.html, 4.1): frames count as long as their salts are
 * the header's and their running checksum is right, and up to the last one that ends a transaction.
 *
 *     0x377f0682 version pageBytes sequence salt salt checksum checksum       the header; the lowest bit of the first
 *     page sizeAfterCommit salt salt checksum checksum, the page              number tells the checksum's byte order
 */
function loggedPages(log: Uint8Array): LoggedPages | undefined {
  if (log.length < 32) return undefined;
  const view = viewOf(log);
  const magic = view.getUint32(0);
  if (magic >>> 1 !== 0x377f0682 >>> 1) return undefined;
  const isLittleEndian = (magic & 1) === 0;
  const pageBytes = view.getUint32(8);
  const sum = checksum(view, isLittleEndian);
  let running = sum([0, 0], 0, 24);
  if (!isAt(view, 24, running)) return undefined;
  const pages = new Map<number, Uint8Array>();
  let pending: [number, Uint8Array][] = [];
  for (let at = 32; at + 24 + pageBytes <= log.length; at += 24 + pageBytes) {
    if (!isAt(view, at + 8, [view.getUint32(16), view.getUint32(20)])) break;
    running = sum(sum(running, at, 8), at + 24, pageBytes);
    if (!isAt(view, at + 16, running)) break;
    pending.push([view.getUint32(at), log.subarray(at + 24, at + 24 + pageBytes)]);
    if (view.getUint32(at + 4) === 0) continue;
    for (const [number, page] of pending) pages.set(number, page);
    pending = [];
  }
  return pages.size === 0 ? undefined : { pageBytes, pages };
}

type Sums = readonly [number, number];

function checksum(
  view: DataView,
  isLittleEndian: boolean,
): (start: Sums, at: number, length: number) => Sums {
  return ([first, second], at, length) => {
    for (let position = at; position < at + length; position += 8) {
      first = (first + view.getUint32(position, isLittleEndian) + second) >>> 0;
      second = (second + view.getUint32(position + 4, isLittleEndian) + first) >>> 0;
    }
    return [first, second];
  };
}

function isAt(view: DataView, at: number, [first, second]: Sums): boolean {
  return view.getUint32(at) === first && view.getUint32(at + 4) === second;
}
