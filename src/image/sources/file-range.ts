import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { ownChunk } from '../../base/index.ts';

const chunkBytes = 512 * 1024;

/**
 * A part of a file as a stream with large chunks, whose memory `releaseChunk` gives back; a path, not an open file, so that nothing is
 * held in between. Ends early where the file does.
 */
export function fileRange(path: string, start: number, sizeBytes: number): Readable {
  if (sizeBytes === 0) return Readable.from([], { objectMode: false });
  let file: FileHandle | undefined;
  let doneBytes = 0;
  const next = async (): Promise<Buffer | null> => {
    const wantedBytes = Math.min(chunkBytes, sizeBytes - doneBytes);
    if (file === undefined || wantedBytes === 0) return null;
    const chunk = ownChunk(wantedBytes);
    const { bytesRead } = await file.read(chunk, 0, wantedBytes, start + doneBytes);
    doneBytes += bytesRead;
    return bytesRead === 0 ? null : chunk.subarray(0, bytesRead);
  };
  return new Readable({
    construct(done) {
      open(path, 'r').then((opened) => {
        file = opened;
        done();
      }, done);
    },
    read() {
      next().then(
        (chunk) => this.push(chunk),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      const closed = file?.close() ?? Promise.resolve();
      closed.then(() => done(error), done);
    },
  });
}
