import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Captured contents, compressed in blocks and unpacked on demand: item n of each column belongs to one file. */
export interface ContentPack {
  /** The entry that each content belongs to. */
  readonly positions: Uint32Array;
  readonly blockNumbers: Uint32Array;
  /** Place inside the unpacked block, in bytes, as is `sizes`. */
  readonly starts: Uint32Array;
  readonly sizes: Uint32Array;
  /** Each one zstd frame. */
  readonly blocks: readonly Uint8Array[];
}

/** Large enough to compress well, small enough to unpack for one file. */
const blockBytes = 512 * 1024;

interface Item {
  readonly position: number;
  readonly block: number;
  readonly start: number;
  readonly sizeBytes: number;
}

/** Collects contents into blocks, so that few of them are in memory unpacked. */
export class ContentPackBuilder {
  readonly #items: Item[] = [];
  readonly #blocks: Uint8Array[] = [];
  #parts: Uint8Array[] = [];
  #partBytes = 0;

  add(position: number, content: Uint8Array): void {
    this.#items.push({
      position,
      block: this.#blocks.length,
      start: this.#partBytes,
      sizeBytes: content.length,
    });
    this.#parts.push(content);
    this.#partBytes += content.length;
    if (this.#partBytes >= blockBytes) this.#endBlock();
  }

  finish(): ContentPack {
    if (this.#partBytes > 0) this.#endBlock();
    const items = this.#items;
    return {
      positions: Uint32Array.from(items, (item) => item.position),
      blockNumbers: Uint32Array.from(items, (item) => item.block),
      starts: Uint32Array.from(items, (item) => item.start),
      sizes: Uint32Array.from(items, (item) => item.sizeBytes),
      blocks: this.#blocks,
    };
  }

  #endBlock(): void {
    const params = { [constants.ZSTD_c_compressionLevel]: 1 };
    this.#blocks.push(zstdCompressSync(Buffer.concat(this.#parts), { params }));
    this.#parts = [];
    this.#partBytes = 0;
  }
}

/** Unpacks contents by the numbers of their items, and keeps the block that was read last. */
export function contentReader(pack: ContentPack): (item: number) => Uint8Array {
  let number = -1;
  let block: Buffer = noBytes;
  return (item) => {
    const size = pack.sizes[item] ?? 0;
    const wanted = pack.blockNumbers[item] ?? 0;
    if (size > 0 && wanted !== number) {
      const packed = pack.blocks[wanted] ?? noBytes;
      giveBack(block);
      block = zstdDecompressSync(packed, { chunkSize: 2 * blockBytes });
      number = wanted;
    }
    const start = pack.starts[item] ?? 0;
    // Copied, so that one small file does not keep the block in memory.
    return Buffer.from(block.subarray(start, start + size));
  };
}

const noBytes = Buffer.alloc(0);

/** Frees a block at once: the collector of garbage hardly sees such memory, and comes late. Small ones share theirs with others. */
function giveBack({ buffer }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0);
}
