import { addAbortSignal, type Readable } from 'node:stream';
import { releaseChunk } from '../base/index.ts';
import { type TarStrictness, tarMembers } from './members.ts';
import type { TarStep, TarTalk } from './steps.ts';
import { type TarEntry, TarError } from './tar-entry.ts';

/** Takes the stored content of one entry as it comes by; chunks are views of the stream's own buffers. */
export interface TarBodySink {
  write(chunk: Buffer): void;
  end(): void;
}

/** What is to happen while an archive streams by. */
export interface ReadTarOptions extends TarStrictness {
  /** Called for each entry in the archive's order; its content goes to the sink, or is passed by where there is none. */
  readonly onEntry: (entry: TarEntry) => TarBodySink | undefined;
  /** Asked after each chunk: reading waits for the promise, so that a sink need not buffer more than one chunk. */
  readonly drained?: () => Promise<void> | undefined;
  /** No sink keeps a chunk, or a part of one, when it has returned: decompressed chunks are given back then. */
  readonly releasesChunks?: boolean;
  /** Called with the length of every chunk read. */
  readonly onBytes?: (sizeBytes: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Reads an uncompressed tar stream to its very end (what follows the archive is drained, so that a digest step before it
 * sees every byte) and resolves to its length in bytes. Rejects with a `TarError` when the archive is corrupt or cut off.
 */
export async function readTar(source: Readable, options: ReadTarOptions): Promise<number> {
  options.signal?.throwIfAborted();
  if (options.signal) addAbortSignal(options.signal, source);
  const reader = new TarReader(options);
  let sizeBytes = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    reader.write(chunk);
    options.onBytes?.(chunk.length);
    const waiting = options.drained?.();
    if (waiting) await waiting;
    if (options.releasesChunks === true) releaseChunk(chunk);
  }
  reader.end(sizeBytes);
  return sizeBytes;
}

/** Holds the conversation with the grammar over chunks of any length. */
class TarReader {
  readonly #options: ReadTarOptions;
  readonly #talk: TarTalk<void>;
  /** What the grammar waits for; undefined after the end of the archive. */
  #wanted: TarStep | undefined;
  /** Pieces of the wanted bytes where they lie in several chunks. */
  #parts: Buffer[] = [];
  #partBytes = 0;
  #sink: TarBodySink | undefined;
  #bodyBytes = 0;
  #paddingBytes = 0;

  constructor(options: ReadTarOptions) {
    this.#options = options;
    this.#talk = tarMembers(options);
    this.#answer(this.#talk.next());
  }

  write(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.#wanted !== undefined) {
      if (this.#bodyBytes > 0) at = this.#passBody(chunk, at);
      else if (this.#paddingBytes > 0) at = this.#passPadding(chunk, at);
      else if (this.#wanted.kind === 'read') at = this.#gather(chunk, at, this.#wanted.sizeBytes);
    }
  }

  /** The stream has ended after `sizeBytes`. */
  end(sizeBytes: number): void {
    if (this.#bodyBytes > 0) throw new TarError('it is cut off inside a file', sizeBytes);
    if (this.#paddingBytes > 0 && this.#options.isEndMarkerOptional !== true) {
      throw new TarError('it is cut off after a file', sizeBytes);
    }
    // The grammar judges what it makes of fewer bytes than it asked for.
    if (this.#wanted !== undefined) this.#answer(this.#talk.next(Buffer.concat(this.#parts)));
  }

  #gather(chunk: Buffer, at: number, wantedBytes: number): number {
    const taken = Math.min(wantedBytes - this.#partBytes, chunk.length - at);
    const piece = chunk.subarray(at, at + taken);
    if (taken === wantedBytes) {
      this.#answer(this.#talk.next(piece));
      return at + taken;
    }
    // Copied, as the chunk may be gone when the rest comes.
    this.#parts.push(Buffer.from(piece));
    this.#partBytes += taken;
    if (this.#partBytes === wantedBytes) {
      const whole = Buffer.concat(this.#parts);
      this.#parts = [];
      this.#partBytes = 0;
      this.#answer(this.#talk.next(whole));
    }
    return at + taken;
  }

  #passBody(chunk: Buffer, at: number): number {
    const taken = Math.min(this.#bodyBytes, chunk.length - at);
    this.#sink?.write(chunk.subarray(at, at + taken));
    this.#bodyBytes -= taken;
    if (this.#bodyBytes === 0) this.#endBody();
    return at + taken;
  }

  #passPadding(chunk: Buffer, at: number): number {
    const taken = Math.min(this.#paddingBytes, chunk.length - at);
    this.#paddingBytes -= taken;
    if (this.#paddingBytes === 0) this.#answer(this.#talk.next(noBytes));
    return at + taken;
  }

  #endBody(): void {
    this.#sink?.end();
    this.#sink = undefined;
    if (this.#paddingBytes === 0) this.#answer(this.#talk.next(noBytes));
  }

  /** Takes what the grammar says next, and starts a body where it tells of an entry. */
  #answer(result: IteratorResult<TarStep, void>): void {
    let next = result;
    for (;;) {
      this.#wanted = next.done ? undefined : next.value;
      if (this.#wanted?.kind !== 'entry') return;
      const { entry, paddingBytes } = this.#wanted;
      this.#sink = this.#options.onEntry(entry);
      this.#bodyBytes = entry.sizeBytes;
      this.#paddingBytes = paddingBytes;
      if (entry.sizeBytes > 0) return;
      this.#sink?.end();
      this.#sink = undefined;
      if (paddingBytes > 0) return;
      next = this.#talk.next(noBytes);
    }
  }
}

const noBytes = Buffer.alloc(0);
