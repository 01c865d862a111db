import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';

/** A part of a file as a stream with large chunks; a path, not an open file, so that nothing is held in between. */
export function fileRange(path: string, start: number, sizeBytes: number): Readable {
  if (sizeBytes === 0) return Readable.from([], { objectMode: false });
  return createReadStream(path, { start, end: start + sizeBytes - 1, highWaterMark: 512 * 1024 });
}
