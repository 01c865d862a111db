import { createReadStream } from 'node:fs';
import { chainStreams, decompressor, isRecord, releaseChunk } from '../../base/index.ts';

// A layer's tar as the engines take it apart (github.com/vbatts/tar-split, tar/storage/entry.go): one JSON document a line, gzipped.
//
//   {"type":2,"payload":"b3B0LwAA…","position":0}                                         bytes of the tar as they are: headers, padding, the end
//   {"type":1,"name":"opt/","payload":null,"position":1}                                  an entry without content
//   {"type":1,"name":"opt/a.py","size":9033,"payload":"FZUrGHWtcds=","position":7}        its content is in a file; the payload is a CRC-64
//   {"type":1,"name_raw":"b3B0L/8=","size":1,"payload":"…","position":9}                  a name that is no UTF-8

/** A piece of a tar. */
export type SplitEntry =
  /** Bytes in base64. */
  | { readonly kind: 'segment'; readonly payload: string }
  /** Each character of the name is one byte of it. */
  | { readonly kind: 'content'; readonly name: string; readonly sizeBytes: number };

/** Longer lines are not read: the longest honest one holds what follows the end of a tar. */
const mostLineBytes = 64 * 1024 * 1024;

/**
 * Reads the pieces of a layer's tar in their order, those that come together at once. Rejects when the file is cut off or malformed. The
 * sums of contents are passed by: the layer's diffID proves them and all the rest.
 */
export async function* splitEntries(path: string, signal?: AbortSignal): AsyncGenerator<SplitEntry[]> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const unpacked = chainStreams(file, decompressor('gzip'));
  let position = 0;
  const read = (line: Buffer): SplitEntry[] => {
    const entry = parseEntry(line.toString(), position);
    position += 1;
    return entry === undefined ? [] : [entry];
  };
  try {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      const { lines, end } = linesOf(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
      if (end.length > mostLineBytes) throw new Error(`a line of ${path} is too long`);
      yield lines.flatMap(read);
      // A copy, as the chunk's memory is given back.
      rest = Buffer.from(end);
      releaseChunk(chunk);
    }
    if (rest.length > 0) yield read(rest);
  } finally {
    unpacked.destroy();
  }
}

function linesOf(bytes: Buffer): { readonly lines: readonly Buffer[]; readonly end: Buffer } {
  const lines: Buffer[] = [];
  let start = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, at));
    start = at + 1;
  }
  return { lines, end: bytes.subarray(start) };
}

const types = { content: 1, segment: 2 };

/** The piece that a line tells of; undefined for an entry without content. By hand: a layer has tens of thousands of lines. */
function parseEntry(line: string, position: number): SplitEntry | undefined {
  const value: unknown = JSON.parse(line);
  if (!isRecord(value)) throw new Error(`line ${position + 1} is no object`);
  const { type, payload, name, name_raw: rawName, size, position: told } = value;
  if (told !== position) throw new Error(`line ${position + 1} is not where it should be`);
  if (type === types.segment && (typeof payload === 'string' || payload === null)) {
    return { kind: 'segment', payload: payload ?? '' };
  }
  if (type !== types.content) throw new Error(`line ${position + 1} is of no known type`);
  if (size === undefined || size === 0) return undefined;
  const bytes = nameBytes(name, rawName);
  if (bytes === '' || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new Error(`line ${position + 1} tells no name and size`);
  }
  return { kind: 'content', name: bytes, sizeBytes: size };
}

function nameBytes(name: unknown, rawName: unknown): string {
  if (typeof rawName === 'string' && rawName !== '') return Buffer.from(rawName, 'base64').toString('latin1');
  if (typeof name !== 'string') return '';
  return isAscii.test(name) ? name : Buffer.from(name).toString('latin1');
}

const isAscii = /^[ -~]*$/;
