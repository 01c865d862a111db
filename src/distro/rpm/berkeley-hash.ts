import { DamageError, type DatabaseRecords, noteDamage, part, viewOf } from './damage.ts';

const hashMagic = 0x061561;
const pageHeaderBytes = 26;
// Page types of Berkeley DB's src/dbinc/db_page.h; databases of before 4.6 have unsorted hash pages.
const [hashUnsortedPage, overflowPage, hashMetaPage, hashPage] = [2, 7, 8, 13];
// What a hash page's item is, in its first byte.
const [itemInline, itemOverflow] = [1, 3];

interface Database {
  readonly file: Uint8Array;
  readonly view: DataView;
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly isLittleEndian: boolean;
}

/**
 * Reads the values of a Berkeley DB hash file, rpm's `Packages` until 4.15 (Berkeley DB, src/dbinc/db_page.h; rpm,
 * lib/backend/bdb_ro.c). In the byte order of the machine that wrote it:
 *
 *     lsn[8] pageNumber magic=0x061561 version pageBytes … type=8 …  lastPage        page 0, 512 bytes
 *     lsn[8] pageNumber previous next items[2] free[2] level type                    a page's first 26 bytes
 *     offset[2] offset[2] …                                                          of its items: key, value, key, value
 *     1 bytes…  |  3 unused[3] page length                                           an item, inline or on overflow pages
 *
 * Keys are package numbers of four bytes; number 0 holds the highest one in use.
 */
export function readBerkeleyHash(file: Uint8Array): DatabaseRecords {
  const records: Uint8Array[] = [];
  const damage: string[] = [];
  noteDamage(damage, 'its header', () => {
    const database = openDatabase(file);
    for (let page = 1; page <= database.lastPage; page++) {
      noteDamage(damage, `page ${page}`, () => {
        const type = database.view.getUint8(page * database.pageBytes + 25);
        if (type === hashPage || type === hashUnsortedPage) readHashPage(database, page, { records, damage });
      });
    }
  });
  return { records, damage };
}

function openDatabase(file: Uint8Array): Database {
  const view = viewOf(file);
  const isLittleEndian = view.getUint32(12, true) === hashMagic;
  if ((!isLittleEndian && view.getUint32(12, false) !== hashMagic) || view.getUint8(25) !== hashMetaPage) {
    throw new DamageError('it is no Berkeley DB hash file');
  }
  const pageBytes = view.getUint32(20, isLittleEndian);
  if (pageBytes < 512 || pageBytes > 65_536 || !Number.isInteger(Math.log2(pageBytes))) {
    throw new DamageError(`pages of ${pageBytes} bytes are impossible`);
  }
  const lastPage = view.getUint32(32, isLittleEndian);
  if (view.getUint8(24) !== 0) throw new DamageError('it is encrypted');
  // What a cut file lacks is told once, by its first missing page.
  const pages = Math.floor(file.length / pageBytes);
  if (pages === 0) throw new DamageError('it ends too early');
  return { file, view, pageBytes, lastPage: Math.min(lastPage, pages), isLittleEndian };
}

interface Found {
  readonly records: Uint8Array[];
  readonly damage: string[];
}

function readHashPage(database: Database, page: number, { records, damage }: Found): void {
  const { view, pageBytes, isLittleEndian } = database;
  const start = page * pageBytes;
  const content = part(database.file, start, pageBytes);
  const itemCount = view.getUint16(start + 20, isLittleEndian);
  const offsetOf = (item: number): number =>
    item < 0 ? pageBytes : view.getUint16(start + pageHeaderBytes + item * 2, isLittleEndian);
  // Items lie from the page's end towards its middle, each ending where the one before it starts.
  const itemAt = (item: number): Uint8Array =>
    part(content, offsetOf(item), offsetOf(item - 1) - offsetOf(item));
  for (let item = 0; item + 1 < itemCount; item += 2) {
    noteDamage(damage, `entry ${item / 2} of page ${page}`, () => {
      const key = itemAt(item);
      const isPackageNumber =
        key.length === 5 && key[0] === itemInline && key.subarray(1).some((one) => one !== 0);
      if (isPackageNumber) records.push(itemValue(database, itemAt(item + 1)));
    });
  }
}

function itemValue(database: Database, item: Uint8Array): Uint8Array {
  if (item[0] === itemInline) return item.subarray(1);
  if (item[0] !== itemOverflow) throw new DamageError(`items of type ${item[0]} have no place in it`);
  const view = viewOf(item);
  return overflowed(
    database,
    view.getUint32(4, database.isLittleEndian),
    view.getUint32(8, database.isLittleEndian),
  );
}

function overflowed(database: Database, firstPage: number, length: number): Uint8Array {
  const { file, view, pageBytes, isLittleEndian } = database;
  if (length > file.length) throw new DamageError(`a value of ${length} bytes is longer than the file`);
  const value = new Uint8Array(length);
  let filled = 0;
  for (let page = firstPage; filled < length; ) {
    const start = page * pageBytes;
    const usedBytes = view.getUint16(start + 22, isLittleEndian);
    if (page === 0 || view.getUint8(start + 25) !== overflowPage || usedBytes === 0) {
      throw new DamageError(`its value breaks off after ${filled} of ${length} bytes`);
    }
    const stored = part(part(file, start, pageBytes), pageHeaderBytes, usedBytes);
    value.set(stored.subarray(0, length - filled), filled);
    filled += stored.length;
    page = view.getUint32(start + 16, isLittleEndian);
  }
  return value;
}
