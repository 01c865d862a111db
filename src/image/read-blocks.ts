import { type FileHandle, open } from 'node:fs/promises';
import { type BlockReader, checkDigest } from '../base/index.ts';
import type { FileRange } from '../tar/index.ts';

/** What the bytes must be, and how it is told when they are not. */
export interface BlocksProof {
  readonly digest: string;
  readonly explain: (error: Error, atByte: number) => Error;
}

/**
 * Reads a part of a file block by block into memory that the reader brings, and sums it up meanwhile. The file is opened with the first block.
 * `readInto` rejects at the end when the bytes are not those of the digest, so that nobody takes them for the whole.
 */
export function readBlocks({ path, offset, sizeBytes }: FileRange, proof: BlocksProof): BlockReader {
  const check = checkDigest(proof.digest);
  let file: FileHandle | undefined;
  let doneBytes = 0;
  const read = async (block: Buffer): Promise<number> => {
    file ??= await open(path, 'r');
    const wantedBytes = Math.min(block.length, sizeBytes - doneBytes);
    let filled = 0;
    while (filled < wantedBytes) {
      const { bytesRead } = await file.read(block, filled, wantedBytes - filled, offset + doneBytes);
      if (bytesRead === 0) break;
      filled += bytesRead;
      doneBytes += bytesRead;
    }
    check.update(block.subarray(0, filled));
    const mismatch = filled < block.length ? check.mismatch() : undefined;
    if (mismatch !== undefined) throw mismatch;
    return filled;
  };
  return {
    async readInto(block) {
      try {
        return await read(block);
      } catch (error) {
        throw proof.explain(error instanceof Error ? error : new Error(String(error)), doneBytes);
      }
    },
    async close() {
      await file?.close();
      file = undefined;
    },
  };
}
