import { type FileHandle, open } from 'node:fs/promises';
import { blockBytes } from './header.ts';
import { type TarStrictness, tarMembers } from './members.ts';
import { type TarEntry, TarError } from './tar-entry.ts';

/** How a tar file is scanned. */
export interface ScanTarOptions extends TarStrictness {
  readonly signal?: AbortSignal;
  /** Called for each entry, in order. */
  readonly onEntry: (entry: TarEntry) => void;
}

/** Enough for the headers of a few small entries in a row. */
const windowBytes = 8 * 1024;

/**
 * Reads the headers of an uncompressed tar file and passes every body by, so that an archive of gigabytes costs a few
 * reads; `bodyOffset` of each entry tells where its content lies. Rejects with a `TarError` when the file is no tar
 * archive, is corrupt, or ends before a body does.
 */
export async function scanTarFile(path: string, options: ScanTarOptions): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const window = new FileWindow(file);
    const talk = tarMembers(options);
    let offset = 0;
    for (let step = talk.next(); !step.done; ) {
      options.signal?.throwIfAborted();
      if (step.value.kind === 'read') {
        const bytes = await window.read(offset, step.value.sizeBytes);
        offset += bytes.length;
        step = talk.next(bytes);
      } else {
        const { entry, paddingBytes } = step.value;
        offset = entry.bodyOffset + entry.sizeBytes;
        if (offset > size) throw new TarError(`it is cut off inside ${entry.path}`, size);
        options.onEntry(entry);
        offset += paddingBytes;
        step = talk.next(Buffer.alloc(0));
      }
    }
  } finally {
    await file.close();
  }
}

/** A stretch of a file kept in memory, so that neighbouring headers come with one read. */
class FileWindow {
  readonly #file: FileHandle;
  #start = 0;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** The bytes from `offset`; fewer than asked for only at the end of the file. */
  async read(offset: number, sizeBytes: number): Promise<Buffer> {
    const end = offset + sizeBytes;
    if (offset < this.#start || end > this.#start + this.#bytes.length) {
      this.#bytes = await this.#load(offset, Math.max(sizeBytes, windowBytes));
      this.#start = offset;
    }
    return this.#bytes.subarray(offset - this.#start, end - this.#start);
  }

  async #load(offset: number, sizeBytes: number): Promise<Buffer> {
    const buffer = Buffer.alloc(Math.ceil(sizeBytes / blockBytes) * blockBytes);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await this.#file.read(buffer, length, buffer.length - length, offset + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  }
}
