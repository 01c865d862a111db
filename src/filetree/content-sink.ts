import { createHash } from 'node:crypto';
import type { TarBodySink, TarEntry } from '../tar/index.ts';

/** Who wants to know a file's content. */
export interface ContentListeners {
  /** Gets the content whole, with the holes of a sparse file filled. */
  readonly onContent?: (content: Uint8Array) => void;
  /** Gets the sha256 of the content. */
  readonly onHash?: (hash: Uint8Array) => void;
}

const zeros = Buffer.alloc(1024 * 1024);

/** Takes a file's stored bytes as they come by and tells the listeners at the end. */
export function contentSink(entry: TarEntry, { onContent, onHash }: ContentListeners): TarBodySink {
  const parts: Buffer[] = [];
  const hash = onHash && createHash('sha256');
  const sink: TarBodySink = {
    write(chunk) {
      hash?.update(chunk);
      // Copied: the chunk is a view of a much larger buffer.
      if (onContent) parts.push(Buffer.from(chunk));
    },
    end() {
      if (hash) onHash?.(hash.digest());
      onContent?.(Buffer.concat(parts));
    },
  };
  return entry.sparse === undefined ? sink : fillingHoles(entry.sparse, sink);
}

function fillingHoles(sparse: NonNullable<TarEntry['sparse']>, sink: TarBodySink): TarBodySink {
  let extent = 0;
  let filledBytes = 0;
  let extentLeft = sparse.extents[0]?.sizeBytes ?? 0;
  const fillTo = (offset: number): void => {
    while (filledBytes < offset) {
      const hole = zeros.subarray(0, Math.min(zeros.length, offset - filledBytes));
      sink.write(hole);
      filledBytes += hole.length;
    }
  };
  return {
    write(chunk) {
      for (let at = 0; at < chunk.length; ) {
        while (extentLeft === 0) {
          extent += 1;
          extentLeft = sparse.extents[extent]?.sizeBytes ?? chunk.length;
        }
        const offset = sparse.extents[extent]?.offset ?? filledBytes;
        fillTo(Math.max(offset, filledBytes));
        const piece = chunk.subarray(at, at + extentLeft);
        sink.write(piece);
        filledBytes += piece.length;
        extentLeft -= piece.length;
        at += piece.length;
      }
    },
    end() {
      fillTo(sparse.realBytes);
      sink.end();
    },
  };
}
