import { DamageError, type DatabaseRecords, noteDamage, part, viewOf } from './damage.ts';
import { openSqlite, type SqlitePages } from './sqlite-pages.ts';

const [interiorPage, leafPage] = [5, 13];

/**
 * Reads the blobs of one table of a SQLite 3 database, a row each, in the order of their numbers (sqlite.org/fileformat2.html,
 * 1.6 and 2.1). `log` is the write-ahead log beside the file, whose committed changes are newer. rpm's `Packages` is
 *
 *     CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)
 */
export function readSqliteBlobs(file: Uint8Array, table: string, log?: Uint8Array): DatabaseRecords {
  const records: Uint8Array[] = [];
  const damage: string[] = [];
  noteDamage(damage, 'its header', () => {
    const pages = openSqlite(file, log);
    let rootPage: number | undefined;
    // Page 1 is the root of sqlite_schema: type, name, table, root page, SQL.
    walkTable({ pages, damage, visited: new Set() }, 1, (payload) => {
      const [type, name, , root] = rowValues(payload);
      if (type === 'table' && name === table && typeof root === 'number') rootPage = root;
    });
    if (rootPage === undefined) throw new DamageError(`it has no table ${table}`);
    walkTable({ pages, damage, visited: new Set() }, rootPage, (payload) => {
      const blob = rowValues(payload).find((value) => value instanceof Uint8Array);
      if (blob === undefined) throw new DamageError('it holds no package header');
      records.push(blob);
    });
  });
  return { records, damage };
}

interface Walk {
  readonly pages: SqlitePages;
  readonly damage: string[];
  readonly visited: Set<number>;
}

/** Visits the rows of a table's B-tree from page `number` down. */
function walkTable(walk: Walk, number: number, onRow: (payload: Uint8Array) => void): void {
  noteDamage(walk.damage, `page ${number}`, () => {
    if (walk.visited.has(number)) throw new DamageError('two pages lead to it');
    walk.visited.add(number);
    const page = walk.pages.page(number);
    const view = viewOf(page);
    const start = number === 1 ? 100 : 0;
    const type = view.getUint8(start);
    if (type !== interiorPage && type !== leafPage)
      throw new DamageError(`it is of type ${type}, no part of a table`);
    const cellCount = view.getUint16(start + 3);
    const pointers = start + (type === interiorPage ? 12 : 8);
    for (let cell = 0; cell < cellCount; cell++) {
      const at = view.getUint16(pointers + cell * 2);
      if (type === interiorPage) walkTable(walk, view.getUint32(at), onRow);
      else
        noteDamage(walk.damage, `row ${cell} of page ${number}`, () =>
          onRow(payloadAt(walk.pages, page, at)),
        );
    }
    if (type === interiorPage) walkTable(walk, view.getUint32(start + 8), onRow);
  });
}

/** A leaf's cell: payload length, row number, the payload's start, and the first overflow page of the rest. */
function payloadAt(pages: SqlitePages, page: Uint8Array, at: number): Uint8Array {
  const view = viewOf(page);
  const [length, afterLength] = varint(view, at);
  const [, start] = varint(view, afterLength);
  const localBytes = localLength(length, pages.usableBytes);
  const local = part(page, start, localBytes);
  if (localBytes === length) return local;
  const chunks = [local];
  let filled = localBytes;
  const seen = new Set<number>();
  for (let next = view.getUint32(start + localBytes); filled < length; ) {
    if (seen.has(next)) throw new DamageError('its overflow pages run in a circle');
    seen.add(next);
    const overflow = pages.page(next);
    const chunk = part(overflow, 4, Math.min(pages.usableBytes - 4, length - filled));
    chunks.push(chunk);
    filled += chunk.length;
    next = viewOf(overflow).getUint32(0);
  }
  return Buffer.concat(chunks, length);
}

function localLength(length: number, usableBytes: number): number {
  if (length <= usableBytes - 35) return length;
  const least = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
  const fitting = least + ((length - least) % (usableBytes - 4));
  return fitting <= usableBytes - 35 ? fitting : least;
}

/** A number of up to nine bytes, seven bits each, and the place after it. */
function varint(view: DataView, at: number): [number, number] {
  let value = 0;
  for (let position = at; position < at + 8; position++) {
    const byte = view.getUint8(position);
    value = value * 128 + (byte & 127);
    if (byte < 128) return [value, position + 1];
  }
  return [value * 256 + view.getUint8(at + 8), at + 9];
}

type Value = string | number | Uint8Array | undefined;

const numberBytes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

/** The columns of a row: a header of serial types, then the values. Of numbers, only integers of up to six bytes are read. */
function rowValues(payload: Uint8Array): Value[] {
  const view = viewOf(payload);
  const [headerEnd, first] = varint(view, 0);
  const values: Value[] = [];
  let body = headerEnd;
  for (let at = first; at < headerEnd; ) {
    const [type, next] = varint(view, at);
    const length = type < 12 ? (numberBytes[type] ?? 0) : Math.floor((type - 12) / 2);
    values.push(columnValue(type, part(payload, body, length)));
    body += length;
    at = next;
  }
  return values;
}

function columnValue(type: number, bytes: Uint8Array): Value {
  if (type >= 12) return type % 2 === 0 ? bytes : new TextDecoder().decode(bytes);
  if (type >= 1 && type <= 5) return Buffer.from(bytes).readIntBE(0, bytes.length);
  return type === 8 || type === 9 ? type - 8 : undefined;
}
