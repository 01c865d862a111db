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
  /** The name of each, byte by byte. */
  name(position: number): string;
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
  const names: Buffer[] = [];
  const ends: number[] = [];
  let [tarBytes, contentBytes, nameBytes] = [0, 0, 0];
  for await (const entries of splitEntries(path, signal)) {
    const segments: Buffer[] = [];
    for (const entry of entries) {
      if (entry.kind === 'segment') {
        segments.push(entry.bytes);
        tarBytes += entry.bytes.length;
        continue;
      }
      onContent?.(entry.name.toString('latin1'), entry.sizeBytes);
      starts.push(tarBytes);
      sizes.push(entry.sizeBytes);
      before.push(contentBytes);
      names.push(entry.name);
      nameBytes += entry.name.length;
      ends.push(nameBytes);
      tarBytes += entry.sizeBytes;
      contentBytes += entry.sizeBytes;
    }
    if (tarBytes - contentBytes > mostSkeletonBytes || !Number.isSafeInteger(tarBytes)) {
      throw new Error(`${path} tells of too long a layer`);
    }
    await skeleton.writeFile(Buffer.concat(segments));
  }
  const allNames = Buffer.concat(names);
  const allEnds = Float64Array.from(ends);
  return {
    tarBytes,
    starts: Float64Array.from(starts),
    sizes: Float64Array.from(sizes),
    before: Float64Array.from(before),
    name: (position) => allNames.toString('latin1', allEnds[position - 1] ?? 0, allEnds[position] ?? 0),
  };
}
