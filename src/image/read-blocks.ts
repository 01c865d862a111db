import { type FileHandle, open } from 'node:fs/promises';
import { type BlockReader, checkDigest } from '../base/index.ts';
import type { FileRange } from '../tar/index.ts';

/** What the bytes must be, and how it is told when they are not. */
export interface BlocksProof {
  readonly digest: string;
  readonly explain: (error: Error, atByte: number) => Error;
}

/** Bytes one after the other, opened with the first of them. */
export interface BlockOpener {
  /** Fills the block from its start with what comes next, and gives how many bytes came: fewer than it holds at the end only. */
  fill(block: Buffer): Promise<number>;
  close(): Promise<void>;
}

/** A part of a file, to be read from its start. */
export function fileBlocks({ path, offset, sizeBytes }: FileRange): BlockOpener {
  let file: FileHandle | undefined;
  let doneBytes = 0;
  return {
    async fill(block) {
      file ??= await open(path, 'r');
      const wantedBytes = Math.min(block.length, sizeBytes - doneBytes);
      let filled = 0;
      while (filled < wantedBytes) {
        const { bytesRead } = await file.read(block, filled, wantedBytes - filled, offset + doneBytes);
        if (bytesRead === 0) break;
        filled += bytesRead;
        doneBytes += bytesRead;
      }
      return filled;
    },
    async close() {
      await file?.close();
      file = undefined;
    },
  };
}

/**
 * Reads bytes block by block into memory that the reader brings, and sums them up meanwhile. `readInto` rejects at the end when the bytes
 * are not those of the digest, so that nobody takes them for the whole.
 */
export function readBlocks(source: BlockOpener, proof: BlocksProof): BlockReader {
  const check = checkDigest(proof.digest);
  let doneBytes = 0;
  const read = async (block: Buffer): Promise<number> => {
    const filled = await source.fill(block);
    doneBytes += filled;
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
    close: async () => await source.close(),
  };
}
