import { randomBytes } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, UserError } from '../../../base/index.ts';
import type { FilePlace } from '../../../browse/index.ts';
import type { Layer } from '../../../image/index.ts';
import { readTar, type TarEntry } from '../../../tar/index.ts';

/** Takes pieces of a file's content in rising order of their place; what no piece covers is zeros. */
type TakePiece = (piece: Buffer, offset: number) => void;

interface StreamedFile {
  readonly signal?: AbortSignal | undefined;
  readonly onPiece: TakePiece;
  /** Asked after each chunk of the layer: reading waits for it. */
  readonly drained?: () => Promise<void> | undefined;
}

/** Reads a layer up to the end of one of its files, and gives the file's length with holes. */
async function streamFile(layer: Layer, place: FilePlace, streamed: StreamedFile): Promise<number> {
  const stream = await layer.uncompressed();
  let position = -1;
  let sizeBytes: number | undefined;
  let isDone = false;
  try {
    await readTar(stream, {
      isEndMarkerOptional: true,
      onEntry(entry) {
        position += 1;
        if (position !== place.position) return undefined;
        sizeBytes = entry.sparse?.realBytes ?? entry.sizeBytes;
        const offsetOf = offsets(entry);
        return {
          write: (chunk) => offsetOf(chunk, streamed.onPiece),
          end() {
            isDone = true;
          },
        };
      },
      drained() {
        if (isDone) stream.destroy();
        return streamed.drained?.();
      },
      ...(streamed.signal && { signal: streamed.signal }),
    });
  } catch (error) {
    // What follows the file is of no interest, so the stream ends early.
    if (!isDone || streamed.signal?.aborted === true) throw error;
  } finally {
    stream.destroy();
  }
  if (sizeBytes === undefined || !isDone)
    throw new UserError(`/${place.path} is not in layer ${place.layer}.`);
  return sizeBytes;
}

/** Sends stored bytes to where they belong in the file. */
function offsets({ sparse }: TarEntry): (chunk: Buffer, onPiece: TakePiece) => void {
  let stored = 0;
  return (chunk, onPiece) => {
    let at = 0;
    let start = 0;
    for (const extent of sparse?.extents ?? [{ offset: 0, sizeBytes: Infinity }]) {
      const end = start + extent.sizeBytes;
      if (stored >= start && stored < end && at < chunk.length) {
        const piece = chunk.subarray(at, at + Math.min(chunk.length - at, end - stored));
        onPiece(piece, extent.offset + (stored - start));
        at += piece.length;
        stored += piece.length;
      }
      start = end;
    }
  };
}

/** The first bytes of a file, at most `limitBytes`, and how long it is. */
export async function readFileStart(
  layer: Layer,
  place: FilePlace,
  { limitBytes, signal }: { readonly limitBytes: number; readonly signal: AbortSignal },
): Promise<{ readonly start: Buffer; readonly sizeBytes: number }> {
  const pieces: { readonly piece: Buffer; readonly offset: number }[] = [];
  const sizeBytes = await streamFile(layer, place, {
    signal,
    onPiece(piece, offset) {
      // Copied: the piece is a view of a much larger buffer.
      if (offset < limitBytes)
        pieces.push({ piece: Buffer.from(piece.subarray(0, limitBytes - offset)), offset });
    },
  });
  const start = Buffer.alloc(Math.min(sizeBytes, limitBytes));
  for (const { piece, offset } of pieces) piece.copy(start, offset);
  return { start, sizeBytes };
}

/** Writes a file of a layer to `path`, which must not exist yet, and gives its length; the file appears whole or not at all. */
export async function extractFile(
  layer: Layer,
  place: FilePlace,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal },
): Promise<number> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const sizeBytes = await writeTemporary(layer, place, { path: temporary, signal });
    // A link, unlike a rename, never replaces what is there.
    await link(temporary, path);
    return sizeBytes;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(extractionTrouble(error, path), { cause: error });
  } finally {
    // What went wrong before is what is told.
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** What a user calls the system's troubles with a path. */
function extractionTrouble(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EEXIST') return `${path} exists already; nothing was written.`;
  if (code === 'ENOENT') return `There is no directory ${dirname(path)}; nothing was written.`;
  if (code === 'ENOTDIR') return `${dirname(path)} is no directory; nothing was written.`;
  return messageOf(error);
}

async function writeTemporary(
  layer: Layer,
  place: FilePlace,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal },
): Promise<number> {
  const file = await open(path, 'wx');
  try {
    let pending: Promise<unknown>[] = [];
    const sizeBytes = await streamFile(layer, place, {
      signal,
      onPiece(piece, offset) {
        pending.push(file.write(piece, 0, piece.length, offset));
      },
      async drained() {
        const written = pending;
        pending = [];
        await Promise.all(written);
      },
    });
    await Promise.all(pending);
    await file.truncate(sizeBytes);
    return sizeBytes;
  } finally {
    await file.close();
  }
}
