import type { FileHandle } from 'node:fs/promises';
import { splitEntries } from './tar-split.ts';

/** Where the pieces of a layer's tar lie: the contents by their order, and between them stretches of a file that holds all the rest. */
export interface SplitIndex {
  readonly tarBytes: number;
  /** Where each content begins in the tar, and its length. */
  readonly starts: Float64Array;
  readonly sizes: Float64Array;
  /** The bytes of all contents before it. */
  readonly before: Float64Array;
  /** Each character is one byte. */
  readonly names: readonly string[];
}

/** How an index is made. */
export interface SplitIndexOptions {
  /** Gets the headers and all else that is no content, one after the other. */
  readonly skeleton: FileHandle;
  /** Called for each content; what it throws ends the reading. */
  readonly onContent?: ((name: string, sizeBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** More is no layer's. */
const mostSkeletonBytes = 16 * 1024 ** 3;

/** Reads a tar-split file once. Rejects when it is malformed or cut off, or its layer too long. */
export async function indexSplit(
  path: string,
  { skeleton, onContent, signal }: SplitIndexOptions,
): Promise<SplitIndex> {
  const [starts, sizes, before]: [number[], number[], number[]] = [[], [], []];
  const names: string[] = [];
  const block = new SkeletonBlock(skeleton);
  let contentBytes = 0;
  for await (const entries of splitEntries(path, signal)) {
    for (const entry of entries) {
      if (entry.kind === 'segment') {
        await block.add(entry.payload);
        continue;
      }
      onContent?.(entry.name, entry.sizeBytes);
      starts.push(block.doneBytes + contentBytes);
      sizes.push(entry.sizeBytes);
      before.push(contentBytes);
      names.push(entry.name);
      contentBytes += entry.sizeBytes;
    }
    if (block.doneBytes > mostSkeletonBytes || !Number.isSafeInteger(contentBytes)) {
      throw new Error(`${path} tells of too long a layer`);
    }
  }
  await block.flush();
  return {
    tarBytes: block.doneBytes + contentBytes,
    starts: Float64Array.from(starts),
    sizes: Float64Array.from(sizes),
    before: Float64Array.from(before),
    names,
  };
}

const blockBytes = 256 * 1024;

/** Gathers small pieces in one memory, so that they make no garbage. */
class SkeletonBlock {
  doneBytes = 0;
  readonly #file: FileHandle;
  readonly #memory: Buffer = Buffer.allocUnsafe(blockBytes);
  #filled = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async add(payload: string): Promise<void> {
    const sizeBytes = Buffer.byteLength(payload, 'base64');
    if (sizeBytes > blockBytes) {
      await this.flush();
      const bytes = Buffer.from(payload, 'base64');
      await this.#file.writeFile(bytes);
      this.doneBytes += bytes.length;
      return;
    }
    if (this.#filled + sizeBytes > blockBytes) await this.flush();
    const written = this.#memory.write(payload, this.#filled, 'base64');
    this.#filled += written;
    this.doneBytes += written;
  }

  async flush(): Promise<void> {
    await this.#file.writeFile(this.#memory.subarray(0, this.#filled));
    this.#filled = 0;
  }
}
