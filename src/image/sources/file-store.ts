import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { UserError } from '../../base/index.ts';
import type { StoredPlace } from '../layer.ts';
import { fileRange } from './file-range.ts';

/** Files by path, in a directory or in an archive: what an OCI layout and a docker-archive are made of. */
export interface FileStore {
  /** The path that a person knows it by. */
  readonly title: string;
  /** Where the digests of its files are remembered between runs; they are not without it. */
  readonly cacheDir?: string | undefined;
  /** Length of a file in bytes; undefined when there is no such file. */
  sizeBytes(path: string): Promise<number | undefined>;
  /** The bytes of a file from the first one, or those before `endBytes`. Rejects when there is no such file. */
  open(path: string, endBytes?: number): Promise<Readable>;
  /** Where the bytes of a file lie, as long as the store is open; undefined when there is no such file. */
  locate(path: string): Promise<StoredPlace | undefined>;
  /** Gives back what it holds; `open` fails afterwards. */
  close(): Promise<void>;
}

/** The longest manifest or configuration that is read, in bytes. Registries accept 4 MiB. */
const documentLimitBytes = 16 * 1024 * 1024;

/** A whole small document; undefined when there is none. Throws a `UserError` when it is absurdly long. */
export async function readDocument(store: FileStore, path: string): Promise<Buffer | undefined> {
  const sizeBytes = await store.sizeBytes(path);
  if (sizeBytes === undefined) return undefined;
  if (sizeBytes > documentLimitBytes) {
    throw new UserError(
      `${path} in ${store.title} has ${sizeBytes} bytes, too many for a manifest or a configuration`,
      {
        hint: 'The image is damaged: save or pull it again.',
      },
    );
  }
  return await buffer(await store.open(path));
}

/** The files below a directory. */
export function directoryStore(directory: string): FileStore {
  let isClosed = false;
  const sizeOf = async (path: string): Promise<number | undefined> => {
    const found = await stat(join(directory, path)).catch(() => undefined);
    return found?.isFile() ? found.size : undefined;
  };
  return {
    title: directory,
    sizeBytes: sizeOf,
    async open(path, endBytes) {
      if (isClosed) throw closedError(directory);
      const sizeBytes = await sizeOf(path);
      if (sizeBytes === undefined) throw missingFile(path, directory);
      return fileRange(join(directory, path), 0, Math.min(sizeBytes, endBytes ?? sizeBytes));
    },
    async locate(path) {
      const sizeBytes = isClosed ? undefined : await sizeOf(path);
      return sizeBytes === undefined ? undefined : { path: join(directory, path), offset: 0, sizeBytes };
    },
    close: async () => {
      isClosed = true;
    },
  };
}

/** The `UserError` for a file that a manifest names and the store does not hold. */
export function missingFile(path: string, title: string): UserError {
  return new UserError(`${path} is missing in ${title}`, {
    hint: 'The image is incomplete: save or pull it again.',
  });
}

/** What an opener says once its image is closed. */
export function closedError(title: string): Error {
  return new Error(`the image from ${title} is closed`);
}
