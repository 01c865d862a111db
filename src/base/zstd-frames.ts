import { Transform } from 'node:stream';

// A zstd stream (RFC 8878): frames of two kinds, one after another.
//   28 b5 2f fd | descriptor | window? dictionary? content size? | blocks (3-byte header + content) | checksum?
//   5x 2a 4d 18 | length (4 bytes) | that many bytes to skip

/** The part of a frame that comes next, gathered byte by byte until whole. */
type Part = 'magic' | 'skip-length' | 'descriptor' | 'block-header';

const partBytes: Readonly<Record<Part, number>> = {
  magic: 4,
  'skip-length': 4,
  descriptor: 1,
  'block-header': 3,
};

/**
 * Cuts a zstd stream so that no chunk reaches over the end of a frame, and leaves skippable frames out. Node's
 * decompressor drops whatever follows the first frame inside one chunk, and takes a cut-off stream for a whole one;
 * this step in front of it makes both right: it fails where the stream ends inside a frame.
 */
export function splitZstdFrames(): Transform {
  const scanner = new FrameScanner();
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        scanner.scan(chunk, (piece) => this.push(piece));
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
    flush(done) {
      done(scanner.isBetweenFrames ? null : new Error('unexpected end of zstd data'));
    },
  });
}

/** The first of the frames that some bytes hold, in the same memory. Throws where there is none, or the last one is cut off. */
export function firstZstdFrame(bytes: Buffer): Buffer {
  const scanner = new FrameScanner();
  const frames: Buffer[] = [];
  scanner.scan(bytes, (frame) => frames.push(frame));
  const [first] = frames;
  if (first === undefined || !scanner.isBetweenFrames) throw new Error('unexpected end of zstd data');
  return first;
}

class FrameScanner {
  #part: Part = 'magic';
  #gathered: number[] = [];
  /** Bytes of content or header still to pass by before the next part. */
  #passBytes = 0;
  /** The frame is over once `passBytes` have passed by. */
  #isEnding = false;
  /** False inside a skippable frame. */
  #isKept = true;
  #hasChecksum = false;
  /** Where in the current chunk the bytes not yet handed on begin; -1 for none. */
  #keptFrom = -1;

  get isBetweenFrames(): boolean {
    return this.#part === 'magic' && this.#gathered.length === 0;
  }

  scan(chunk: Buffer, push: (piece: Buffer) => void): void {
    this.#keptFrom = this.#part === 'magic' ? -1 : 0;
    let at = 0;
    while (at < chunk.length) {
      at = this.#passBytes > 0 ? this.#pass(chunk, at) : this.#gather(chunk, at, push);
      if (this.#isEnding && this.#passBytes === 0) this.#endFrame(chunk.subarray(0, at), push);
    }
    this.#handOn(chunk, push);
  }

  #pass(chunk: Buffer, at: number): number {
    const taken = Math.min(this.#passBytes, chunk.length - at);
    this.#passBytes -= taken;
    return at + taken;
  }

  #gather(chunk: Buffer, at: number, push: (piece: Buffer) => void): number {
    this.#gathered.push(chunk[at] ?? 0);
    const next = at + 1;
    if (this.#gathered.length < partBytes[this.#part]) return next;
    const bytes = this.#gathered;
    this.#gathered = [];
    if (this.#part !== 'magic') {
      this.#takePart(bytes);
      return next;
    }
    this.#startFrame(bytes);
    // A magic number that began in an earlier chunk is no longer at hand in this one, so it goes out by itself.
    if (next < 4 && this.#isKept) push(Buffer.from(bytes));
    this.#keptFrom = next < 4 ? next : next - 4;
    return next;
  }

  #endFrame(upToEnd: Buffer, push: (piece: Buffer) => void): void {
    this.#handOn(upToEnd, push);
    this.#isEnding = false;
    this.#part = 'magic';
    this.#keptFrom = -1;
  }

  #handOn(chunk: Buffer, push: (piece: Buffer) => void): void {
    if (this.#keptFrom >= 0 && this.#isKept && this.#keptFrom < chunk.length)
      push(chunk.subarray(this.#keptFrom));
  }

  #startFrame(magic: readonly number[]): void {
    const value = littleEndian(magic);
    if (value === 0xfd2fb528) {
      this.#isKept = true;
      this.#part = 'descriptor';
    } else if (value >= 0x184d2a50 && value <= 0x184d2a5f) {
      this.#isKept = false;
      this.#part = 'skip-length';
    } else {
      throw new Error('no zstd frame where one should begin');
    }
  }

  #takePart(bytes: readonly number[]): void {
    const value = littleEndian(bytes);
    if (this.#part === 'skip-length') {
      this.#passBytes = value;
      this.#isEnding = true;
    } else if (this.#part === 'descriptor') {
      this.#passBytes = headerBytesAfterDescriptor(value);
      this.#hasChecksum = (value & 0b100) !== 0;
      this.#part = 'block-header';
    } else {
      this.#isEnding = (value & 1) === 1;
      const isRunLength = ((value >> 1) & 3) === 1;
      this.#passBytes = (isRunLength ? 1 : value >> 3) + (this.#isEnding && this.#hasChecksum ? 4 : 0);
    }
  }
}

function headerBytesAfterDescriptor(descriptor: number): number {
  const isSingleSegment = (descriptor & 0b100000) !== 0;
  const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  return (isSingleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes;
}

function littleEndian(bytes: readonly number[]): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
