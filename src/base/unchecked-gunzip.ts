import { Duplex } from 'node:stream';
import { createGunzip, createInflateRaw, type Gunzip, type InflateRaw } from 'node:zlib';
import { releaseChunk } from './own-chunk.ts';

/**
 * Unpacks gzip (RFC 1952) without summing the content up for the CRC-32 of its trailer, a tenth of the work: for content that
 * a digest proves. Takes several members, and zeros behind them, as zlib's own reader does. Fails where the stream ends
 * within a member, or anything else follows one.
 */
export function uncheckedGunzip(options: { readonly chunkSize: number }): Duplex {
  return new UncheckedGunzip(options.chunkSize);
}

const trailerBytes = 8;
/** A file name or a comment may have any length; none is this long. */
const headerLimitBytes = 1024 * 1024;

/** Where in the stream the next byte is: after the first member, zlib's own reader takes over. */
type Stage = 'header' | 'content' | 'trailer' | 'more-members' | 'ignored';

class UncheckedGunzip extends Duplex {
  readonly #chunkSize: number;
  #stage: Stage = 'header';
  /** Bytes of a header or trailer that is not whole yet. */
  #gathered: Buffer = noBytes;
  #inflater: InflateRaw | Gunzip | undefined;
  /** Bytes that the inflater was given. */
  #givenBytes = 0;

  constructor(chunkSize: number) {
    super({ readableHighWaterMark: 2 * chunkSize, writableHighWaterMark: 2 * chunkSize });
    this.#chunkSize = chunkSize;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#stage === 'content' || this.#stage === 'more-members') this.#inflate(chunk, done);
    else if (this.#stage === 'header') this.#readHeader(chunk, done);
    else if (this.#stage === 'trailer') this.#readTrailer(chunk, done);
    else done();
  }

  override _read(): void {
    this.#inflater?.resume();
  }

  override _final(done: (error?: Error | null) => void): void {
    const isCutOff =
      this.#stage === 'header' || (this.#stage === 'trailer' && this.#gathered.length < trailerBytes);
    if (isCutOff) done(endedEarly());
    else if (this.#stage === 'content') this.#end(() => done(endedEarly()));
    else this.#end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#inflater?.destroy();
    done(error);
  }

  #readHeader(chunk: Buffer, done: (error?: Error | null) => void): void {
    this.#gathered = Buffer.concat([this.#gathered, chunk]);
    const end = headerEnd(this.#gathered);
    if (end === undefined) {
      done(this.#gathered.length > headerLimitBytes ? new Error('its gzip header has no end') : null);
      return;
    }
    const rest = this.#gathered.subarray(end);
    this.#gathered = noBytes;
    this.#start('content', createInflateRaw({ chunkSize: this.#chunkSize }));
    this.#inflate(rest, done);
  }

  #start(stage: Stage, inflater: InflateRaw | Gunzip): void {
    this.#stage = stage;
    this.#givenBytes = 0;
    this.#inflater = inflater;
    inflater.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) inflater.pause();
    });
    inflater.on('error', (error) => this.destroy(error));
  }

  #inflate(chunk: Buffer, done: (error?: Error | null) => void): void {
    const inflater = this.#inflater;
    this.#givenBytes += chunk.length;
    inflater?.write(chunk, () => {
      const leftBytes = this.#givenBytes - inflater.bytesWritten;
      // What an inflater leaves is not part of its member.
      if (leftBytes === 0) {
        releaseChunk(chunk);
        done();
      } else if (this.#stage === 'more-members') this.#ignoreRest(done);
      else this.#afterContent(chunk.subarray(chunk.length - leftBytes), done);
    });
  }

  #afterContent(rest: Buffer, done: (error?: Error | null) => void): void {
    this.#stage = 'trailer';
    // The content comes out whole before anything else does.
    this.#inflated(() => this.#readTrailer(rest, done));
  }

  #readTrailer(chunk: Buffer, done: (error?: Error | null) => void): void {
    this.#gathered = Buffer.concat([this.#gathered, chunk]);
    const next = this.#gathered[trailerBytes];
    if (next === undefined) done();
    else if (next === 0) this.#ignoreRest(done);
    else {
      const rest = this.#gathered.subarray(trailerBytes);
      this.#start('more-members', createGunzip({ chunkSize: this.#chunkSize }));
      this.#inflate(rest, done);
    }
  }

  #ignoreRest(done: () => void): void {
    this.#stage = 'ignored';
    this.#gathered = noBytes;
    done();
  }

  /** Calls back once all that the inflater made has been passed on. */
  #inflated(then: () => void): void {
    const inflater = this.#inflater;
    if (inflater === undefined || inflater.readableEnded) then();
    else inflater.once('end', then);
  }

  #end(done: (error?: Error | null) => void): void {
    this.#inflated(() => {
      this.push(null);
      done();
    });
    if (this.#stage === 'content' || this.#stage === 'more-members') this.#inflater?.end();
  }
}

const noBytes = Buffer.alloc(0);

function endedEarly(): Error {
  return new Error('unexpected end of file');
}

const flags = { headerSum: 2, extra: 4, name: 8, comment: 16 };

// 1f 8b 08 FLAGS MTIME(4) XFL OS [XLEN(2) EXTRA] [NAME 0] [COMMENT 0] [CRC16(2)]
/** Where the content begins; undefined where the header is not whole. */
function headerEnd(bytes: Buffer): number | undefined {
  if (bytes.length < 10) return undefined;
  const given = bytes[3] ?? 0;
  let end: number | undefined = 10;
  if (given & flags.extra) end = bytes.length < 12 ? undefined : 12 + bytes.readUInt16LE(10);
  if (given & flags.name) end = afterZero(bytes, end);
  if (given & flags.comment) end = afterZero(bytes, end);
  if (end !== undefined && given & flags.headerSum) end += 2;
  return end === undefined || end > bytes.length ? undefined : end;
}

function afterZero(bytes: Buffer, start: number | undefined): number | undefined {
  const zero = start === undefined ? -1 : bytes.indexOf(0, start);
  return zero === -1 ? undefined : zero + 1;
}
