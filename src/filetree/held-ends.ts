import type { TarBodySink } from '../tar/index.ts';
import type { ReadAt } from './read-elf.ts';

/** A file that streamed by, as far as it was held. */
export interface HeldEnds extends Pick<TarBodySink, 'write'> {
  readonly read: ReadAt;
  /** True once something was read that was not held; `read` gives zeros there. */
  readonly hasMissed: () => boolean;
}

/**
 * Holds a file that streams by: all of it up to `mostBytes`, of a longer one as many of its first and last bytes, a quarter and three.
 * Linkers write the names of a library in front and its tables behind, and patchelf moves both to the end.
 */
export function heldEnds(sizeBytes: number, mostBytes: number): HeldEnds {
  const isWhole = sizeBytes <= mostBytes;
  const startBytes = isWhole ? sizeBytes : Math.floor(mostBytes / 4);
  const start = { offset: 0, bytes: Buffer.alloc(startBytes) };
  const endBytes = isWhole ? 0 : mostBytes - startBytes;
  const end = { offset: sizeBytes - endBytes, bytes: Buffer.alloc(endBytes) };
  let position = 0;
  let isMissed = false;
  return {
    write(chunk) {
      for (const { offset, bytes } of [start, end]) {
        const from = Math.max(offset, position);
        const until = Math.min(offset + bytes.length, position + chunk.length);
        if (from < until) chunk.copy(bytes, from - offset, from - position, until - position);
      }
      position += chunk.length;
    },
    read(target, at) {
      const held = [start, end].find(
        ({ offset, bytes }) => offset <= at && at + target.length <= offset + bytes.length,
      );
      if (held === undefined) isMissed = true;
      else held.bytes.copy(target, 0, at - held.offset);
    },
    hasMissed: () => isMissed,
  };
}
