import { availableParallelism } from 'node:os';
import type { Readable } from 'node:stream';
import { constants, deflateRaw, deflateRawSync, type ZlibOptions } from 'node:zlib';

/** What a layer would cost as a gzip blob. */
export interface GzipMeasure {
  readonly uncompressedBytes: number;
  /** Size as one gzip stream of level 6; scaled up from the sample where `isSampled`. */
  readonly compressedBytes: number;
  readonly isSampled: boolean;
  /**
   * Seconds of processor time that one gzip thread would need for all of it, from the rate that zlib reached here on every
   * eighth block of the sample. Docker's own gzip, written in Go, needs up to twice as long.
   */
  readonly compressSeconds: number;
}

/** How much work measuring may be. */
export interface MeasureGzipOptions {
  /** Beyond so many bytes only evenly spread blocks are compressed. Default 192 MiB. */
  readonly sampleBytes?: number;
  /** The length of the whole stream where it is known; it saves work that sampling would throw away. */
  readonly expectedBytes?: number;
  readonly signal?: AbortSignal;
}

const blockBytes = 1024 * 1024;
const windowBytes = 32 * 1024;
const gzipFrameBytes = 18;

/**
 * Measures what gzip makes of a stream, at level 6 as registries mostly get it. The stream is cut into blocks of 1 MiB, each
 * compressed on libuv's threads with the 32 KiB before it as its dictionary, so that the sum is what one stream would give.
 * A stream longer than `sampleBytes` is sampled systematically: every second block, then every fourth and so on.
 */
export async function measureGzip(
  source: Readable | (() => Promise<Readable>),
  options: MeasureGzipOptions = {},
): Promise<GzipMeasure> {
  const sampleBlocks = Math.max(1, Math.floor((options.sampleBytes ?? 192 * blockBytes) / blockBytes));
  const sample = new BlockSample(sampleBlocks, Math.ceil((options.expectedBytes ?? 0) / blockBytes));
  const stream = typeof source === 'function' ? await source() : source;
  let uncompressedBytes = 0;
  for await (const block of blocksOf(stream)) {
    options.signal?.throwIfAborted();
    uncompressedBytes += block.block.length;
    await sample.offer(block);
  }
  const { plainBytes, deflatedBytes, secondsPerByte } = await sample.finish();
  const scale = plainBytes === 0 ? 1 : uncompressedBytes / plainBytes;
  return {
    uncompressedBytes,
    compressedBytes: Math.round(deflatedBytes * scale) + gzipFrameBytes,
    isSampled: plainBytes < uncompressedBytes,
    compressSeconds: secondsPerByte * uncompressedBytes,
  };
}

interface Block {
  readonly number: number;
  readonly block: Buffer;
  /** Up to 32 KiB that go before it. */
  readonly dictionary: Buffer;
}

async function* blocksOf(stream: Readable): AsyncGenerator<Block> {
  let dictionary: Buffer = Buffer.alloc(0);
  let number = 0;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (): Block => {
    const block = Buffer.concat(parts);
    const made = { number, block, dictionary };
    // Copied, so that a block in the queue does not keep the one before it in memory.
    dictionary = Buffer.from(block.subarray(-windowBytes));
    number += 1;
    parts = [];
    length = 0;
    return made;
  };
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + blockBytes - length);
      parts.push(piece);
      length += piece.length;
      at += piece.length;
      if (length === blockBytes) yield take();
    }
  }
  if (length > 0) yield take();
}

interface MeasuredBlock {
  readonly number: number;
  readonly plainBytes: number;
  readonly deflatedBytes: number;
}

interface SampleResult {
  readonly plainBytes: number;
  readonly deflatedBytes: number;
  readonly secondsPerByte: number;
}

/** Every so many blocks, one is compressed on this thread, whose processor time can be told apart. */
const timedEvery = 8;

/** Keeps a bounded number of evenly spread blocks: when it is full, it drops every second one and doubles its stride. */
class BlockSample {
  readonly #limit: number;
  #stride: number;
  #measured: MeasuredBlock[] = [];
  #taken = 0;
  #timedSeconds = 0;
  #timedBytes = 0;
  readonly #running = new Set<Promise<void>>();
  readonly #parallel = Math.min(4, availableParallelism());

  constructor(limit: number, expectedBlocks: number) {
    this.#limit = limit;
    this.#stride = Math.max(1, Math.ceil(expectedBlocks / limit));
  }

  /** Resolves when a thread is free, so that blocks do not pile up. */
  async offer({ number, block, dictionary }: Block): Promise<void> {
    if (number % this.#stride !== 0) return;
    if (this.#measured.length + this.#running.size >= this.#limit) await this.#thinOut();
    if (number % this.#stride !== 0) return;
    this.#taken += 1;
    if (this.#taken % timedEvery === 1) {
      this.#measureTimed({ number, block, dictionary });
      return;
    }
    while (this.#running.size >= this.#parallel) await Promise.race(this.#running);
    const work: Promise<void> = deflatedLength(block, dictionary)
      .then((deflatedBytes) => void this.#measured.push({ number, plainBytes: block.length, deflatedBytes }))
      .finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  async finish(): Promise<SampleResult> {
    await Promise.all(this.#running);
    return {
      plainBytes: this.#measured.reduce((sum, block) => sum + block.plainBytes, 0),
      deflatedBytes: this.#measured.reduce((sum, block) => sum + block.deflatedBytes, 0),
      secondsPerByte: this.#timedBytes === 0 ? 0 : this.#timedSeconds / this.#timedBytes,
    };
  }

  #measureTimed({ number, block, dictionary }: Block): void {
    const startedAt = threadSeconds();
    const deflatedBytes = deflateRawSync(block, deflateOptions(dictionary)).length;
    this.#timedSeconds += threadSeconds() - startedAt;
    this.#timedBytes += block.length;
    this.#measured.push({ number, plainBytes: block.length, deflatedBytes });
  }

  async #thinOut(): Promise<void> {
    await Promise.all(this.#running);
    this.#stride *= 2;
    this.#measured = this.#measured.filter((block) => block.number % this.#stride === 0);
  }
}

/** Processor time of this thread; wall time on a Node that cannot tell it. */
function threadSeconds(): number {
  if (typeof process.threadCpuUsage !== 'function') return performance.now() / 1000;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000_000;
}

function deflateOptions(dictionary: Buffer): ZlibOptions {
  const options = { level: 6, finishFlush: constants.Z_SYNC_FLUSH, chunkSize: blockBytes };
  return dictionary.length > 0 ? { ...options, dictionary } : options;
}

async function deflatedLength(block: Buffer, dictionary: Buffer): Promise<number> {
  return await new Promise<number>((resolve, reject) => {
    deflateRaw(block, deflateOptions(dictionary), (error, result) =>
      error ? reject(error) : resolve(result.length),
    );
  });
}
