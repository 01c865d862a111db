import { setImmediate } from 'node:timers/promises';
import { type FileRange, openRange, type PiecedRange, type RangeReader } from './byte-range.ts';
import { type TarStrictness, tarMembers } from './members.ts';
import { type TarEntry, TarError } from './tar-entry.ts';

/** The stored content of the entry that is being told of, read in place. */
export interface TarBody {
  /** Fills `target` with the content from byte `start` on. Throws a `TarError` where the file ends before. */
  read(target: Buffer, start: number): void;
}

/** How a tar file is scanned. */
export interface ScanTarOptions extends TarStrictness {
  readonly signal?: AbortSignal;
  /** Called for each entry, in order; the body is to be read before it returns, or passed by. */
  readonly onEntry: (entry: TarEntry, body: TarBody) => void;
}

/**
 * Reads the headers of an uncompressed tar file, of one that is a part of a file, or of one in pieces, and passes every body by, so that an
 * archive of gigabytes costs a few reads; `bodyOffset` of each entry counts from the archive's start. Rejects with a
 * `TarError` when there is no tar archive, or it is corrupt or ends before a body does, and with the system's error when the
 * file cannot be opened. Bytes that are passed by are proven by nothing but the archive's length: a digest needs `readTar`.
 */
export async function scanTarFile(
  place: string | FileRange | PiecedRange,
  options: ScanTarOptions,
): Promise<void> {
  const reader = await openRange(place);
  try {
    const sizeBytes = typeof place === 'string' ? reader.heldBytes : place.sizeBytes;
    if (sizeBytes > reader.heldBytes) {
      throw new TarError('the file that it is a part of is cut off', reader.heldBytes);
    }
    await converse(new FileWindow(reader), options);
  } finally {
    reader.close();
  }
}

/** Signals, timers and progress get their turn this often, in milliseconds. */
const turnMilliseconds = 5;

async function converse(window: FileWindow, options: ScanTarOptions): Promise<void> {
  const talk = tarMembers(options);
  let offset = 0;
  let turnEnds = performance.now() + turnMilliseconds;
  for (let step = talk.next(); !step.done; ) {
    if (step.value.kind === 'read') {
      const bytes = window.view(offset, step.value.sizeBytes);
      offset += bytes.length;
      step = talk.next(bytes);
      continue;
    }
    const { entry, paddingBytes } = step.value;
    offset = entry.bodyOffset + entry.sizeBytes;
    if (offset > window.sizeBytes) throw new TarError(`it is cut off inside ${entry.path}`, window.sizeBytes);
    options.onEntry(entry, window.body(entry));
    offset += paddingBytes;
    if (performance.now() > turnEnds) {
      await setImmediate();
      turnEnds = performance.now() + turnMilliseconds;
    }
    options.signal?.throwIfAborted();
    step = talk.next(noBytes);
  }
}

const noBytes = Buffer.alloc(0);

/** Enough for the headers of some small entries in a row, or for the end of a large one with the next header. */
const windowBytes = 8 * 1024;
/** The end of a body that is read together with the header after it. */
const bodyEndBytes = 4 * 1024;

/** A stretch of the archive kept in memory, so that neighbouring headers come with one read. */
class FileWindow {
  readonly sizeBytes: number;
  readonly #reader: RangeReader;
  readonly #buffer: Buffer = Buffer.alloc(windowBytes);
  #start = 0;
  #length = 0;

  constructor(reader: RangeReader) {
    this.#reader = reader;
    this.sizeBytes = reader.heldBytes;
  }

  /** The bytes from `offset`, good until the next call; fewer than asked for only at the end of the archive. */
  view(offset: number, sizeBytes: number): Buffer {
    if (sizeBytes > windowBytes) {
      const long = Buffer.alloc(Math.min(sizeBytes, Math.max(0, this.sizeBytes - offset)));
      return long.subarray(0, this.#fill(long, offset, long.length));
    }
    if (!this.#holds(offset, sizeBytes)) {
      this.#length = this.#fill(this.#buffer, offset, sizeBytes);
      this.#start = offset;
    }
    const from = offset - this.#start;
    return this.#buffer.subarray(from, Math.min(from + sizeBytes, this.#length));
  }

  body(entry: TarEntry): TarBody {
    return {
      read: (target, start) => {
        const offset = entry.bodyOffset + start;
        const end = entry.bodyOffset + entry.sizeBytes;
        if (offset + target.length > end) throw new RangeError('the content ends before');
        // The end of a body is read together with the header that follows it.
        const isNearEnd = end - offset <= bodyEndBytes;
        const length =
          isNearEnd || this.#holds(offset, target.length)
            ? this.view(offset, target.length).copy(target)
            : this.#fill(target, offset, target.length);
        if (length < target.length) throw new TarError(`it is cut off inside ${entry.path}`, offset + length);
      },
    };
  }

  #holds(offset: number, sizeBytes: number): boolean {
    return offset >= this.#start && offset + sizeBytes <= this.#start + this.#length;
  }

  /** Reads at least so many bytes where they are there, and more only as long as that opens nothing new. */
  #fill(target: Buffer, offset: number, leastBytes: number): number {
    let length = 0;
    while (length < leastBytes) {
      const count = this.#reader.read(target.subarray(length), offset + length);
      if (count === 0) break;
      length += count;
    }
    return length;
  }
}
