import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageWish } from '../choose-image.ts';
import type { Image } from '../image.ts';
import { type ArchiveOptions, archiveStore } from './archive-store.ts';
import { openDockerArchive } from './docker-archive.ts';
import { makeTemporary } from './make-temporary.ts';

/** The engines that images are read from. */
export type SavingEngine = 'docker' | 'podman';

/** Has an engine write an image in `docker save` format to `path`; rejects with a `UserError` that quotes the engine. */
export type EngineSave = (engine: SavingEngine, reference: string, path: string) => Promise<void>;

/** An image in an engine, and how to have it saved. */
export interface EngineImage {
  readonly engine: SavingEngine;
  readonly reference: string;
  readonly save: EngineSave;
}

/** Opens an image that an engine holds, through a temporary archive that `close` removes. */
export async function openEngineImage(
  wanted: EngineImage,
  wish: ImageWish,
  options: ArchiveOptions,
): Promise<Image> {
  makeTemporary(options.temporaryDir);
  const path = join(options.temporaryDir, `saved-${randomBytes(6).toString('hex')}.tar`);
  const discard = async (): Promise<void> => await rm(path, { force: true });
  try {
    options.signal?.throwIfAborted();
    await wanted.save(wanted.engine, wanted.reference, path);
    const store = await archiveStore(path, { ...options, isVouchedFor: true });
    // Errors name what was asked for: the archive is gone when they are read.
    const title = `${wanted.reference} in ${wanted.engine}`;
    const image = await openDockerArchive({ ...store, title }, wish, wanted.reference);
    return {
      ...image,
      async close() {
        await image.close();
        await discard();
      },
    };
  } catch (error) {
    await discard();
    throw error;
  }
}
