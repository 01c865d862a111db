import { randomBytes } from 'node:crypto';
import { closeSync } from 'node:fs';
import { type FileHandle, open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Digest, writeFileWhole } from '../../base/index.ts';
import { fileWitness } from '../file-witness.ts';
import type { StoredPieces } from '../layer.ts';
import type { BlockOpener } from '../read-blocks.ts';
import { makeTemporary } from '../sources/make-temporary.ts';
import { DiffFolder } from './diff-folder.ts';
import { StorageError, type StorageLayer } from './engine-storage.ts';
import { indexSplit, type SplitIndex } from './split-index.ts';
import { SplitReader } from './split-reader.ts';

/** What reading layers of a storage needs. */
export interface SplitLayerOptions {
  /** Where headers lie while the image is open. */
  readonly temporaryDir: string;
  /** Where the lengths of layers are remembered between runs; they are not without it. */
  readonly cacheDir?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A layer in a storage, opened. */
export interface SplitLayer {
  readonly pieces: StoredPieces;
  /** Gives back what is held; readers fail afterwards. */
  close(): Promise<void>;
}

interface Indexed {
  readonly index: SplitIndex;
  /** All of the tar that is no content. Nothing in a folder names it any more, so that it is gone with this process at the latest. */
  readonly skeleton: FileHandle;
}

/**
 * Opens a layer that the engine has taken apart: its tar-split file is read once, and each content is looked for. Of a layer that was opened
 * before, the length is remembered, and the rest is read when bytes are asked for. Rejects where something is missing, cannot be read by this
 * user, or is not what the engine stored.
 */
export async function openSplitLayer(layer: StorageLayer, options: SplitLayerOptions): Promise<SplitLayer> {
  const witness = await witnessOf(layer);
  const known = await rememberedLength(witness, options.cacheDir);
  const surveyed = known === undefined ? await indexLayer(layer, options, survey(layer)) : undefined;
  const sizeBytes = known ?? surveyed?.index.tarBytes ?? 0;
  if (surveyed !== undefined) await rememberLength(sizeBytes, witness, options.cacheDir);
  let isClosed = false;
  let indexing = surveyed && Promise.resolve(surveyed);
  const assertOpen = (): void => {
    if (isClosed) throw new Error('the image is closed');
  };
  const open = async (): Promise<SplitReader> => {
    assertOpen();
    indexing ??= indexLayer(layer, options);
    const { index, skeleton } = await indexing;
    if (index.tarBytes !== sizeBytes) throw new Error('the engine has stored it anew meanwhile');
    const folder = new DiffFolder(layer.root, layer.prefix);
    return new SplitReader({ index, skeletonFd: skeleton.fd, folder, assertOpen });
  };
  return {
    pieces: {
      place: { sizeBytes, open, witness, isVouchedFor: false },
      blocks: () => blocksFrom(open),
    },
    async close() {
      isClosed = true;
      await (await indexing?.catch(() => undefined))?.skeleton.close();
    },
  };
}

async function indexLayer(
  { splitPath }: StorageLayer,
  { temporaryDir, signal }: SplitLayerOptions,
  surveyor?: Surveyor,
): Promise<Indexed> {
  makeTemporary(temporaryDir);
  const path = join(temporaryDir, `headers-${randomBytes(6).toString('hex')}`);
  const skeleton = await open(path, 'wx+', 0o600);
  try {
    await rm(path);
    const index = await indexSplit(splitPath, { skeleton, onContent: surveyor?.look, signal });
    return { index, skeleton };
  } catch (error) {
    await skeleton.close();
    throw error;
  } finally {
    surveyor?.close();
  }
}

interface Surveyor {
  readonly look: (name: string, sizeBytes: number) => void;
  readonly close: () => void;
}

/** Throws for a content that is not there as it was stored, so that the engine is asked before anything is read. */
function survey({ root, prefix }: StorageLayer): Surveyor {
  const folder = new DiffFolder(root, prefix);
  // Root may read all; anybody else finds out.
  const isRoot = process.geteuid?.() === 0;
  return {
    look(name, sizeBytes) {
      if (isRoot) folder.check(name, sizeBytes);
      else closeSync(folder.open(name, sizeBytes));
    },
    close: () => folder.close(),
  };
}

/** The layer from its first byte on. */
function blocksFrom(open: () => Promise<SplitReader>): BlockOpener {
  let reader: SplitReader | undefined;
  let doneBytes = 0;
  return {
    async fill(block) {
      reader ??= await open();
      const filled = await reader.fill(block, doneBytes);
      doneBytes += filled;
      return filled;
    },
    async close() {
      reader?.close();
      reader = undefined;
    },
  };
}

/** Changes when the engine stores the layer again. */
async function witnessOf({ splitPath, root, prefix }: StorageLayer): Promise<string> {
  const found = await stat(splitPath);
  // Reading a fifo would never end.
  if (!found.isFile()) throw new StorageError(`${splitPath} is no file`);
  const { size: sizeBytes } = found;
  return `${await fileWitness({ path: splitPath, offset: 0, sizeBytes })} ${join(root, ...prefix)}`;
}

// A file of the cache: 1561264128

async function rememberedLength(witness: string, cacheDir: string | undefined): Promise<number | undefined> {
  if (cacheDir === undefined) return undefined;
  const text = await readFile(lengthPath(witness, cacheDir), 'utf8').catch(() => '');
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

async function rememberLength(
  sizeBytes: number,
  witness: string,
  cacheDir: string | undefined,
): Promise<void> {
  if (cacheDir === undefined) return;
  // A cache that cannot be written is no cache; the length is at hand all the same.
  await writeFileWhole(lengthPath(witness, cacheDir), String(sizeBytes)).catch(() => {});
}

function lengthPath(witness: string, cacheDir: string): string {
  return join(cacheDir, 'tar-lengths', sha256Digest(witness).replace(':', '-'));
}
