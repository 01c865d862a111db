import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageWish } from '../choose-image.ts';
import type { Image } from '../image.ts';
import type { EngineStorage } from '../storage/engine-storage.ts';
import { openStorageImage } from '../storage/open-storage.ts';
import { type ArchiveOptions, archiveStore } from './archive-store.ts';
import { openDockerArchive } from './docker-archive.ts';
import { makeTemporary } from './make-temporary.ts';

/** The engines that images are read from. */
export type SavingEngine = 'docker' | 'podman';

/** Has an engine write an image in `docker save` format to `path`; rejects with a `UserError` that quotes the engine. */
export type EngineSave = (engine: SavingEngine, reference: string, path: string) => Promise<void>;

/** Tells where an engine on this machine keeps an image, and by which ID (`sha256:…`); undefined where its storage is not to be read. */
export type EngineKeeps = (
  engine: SavingEngine,
  reference: string,
) => Promise<{ readonly storage: EngineStorage; readonly imageId: string } | undefined>;

/** An image in an engine, and how to have it saved. */
export interface EngineImage {
  readonly engine: SavingEngine;
  readonly reference: string;
  readonly save: EngineSave;
  readonly keeps?: EngineKeeps | undefined;
}

/**
 * Opens an image that an engine holds: straight from the engine's storage where that can be read, else through a temporary archive that
 * `close` removes.
 */
export async function openEngineImage(
  wanted: EngineImage,
  wish: ImageWish,
  options: ArchiveOptions,
): Promise<Image> {
  const { engine, reference } = wanted;
  // Errors name what was asked for: an archive is gone when they are read.
  const title = `${reference} in ${engine}`;
  const kept = await wanted.keeps?.(engine, reference);
  const stored = kept && (await openStorageImage({ ...kept, name: reference, title }, wish, options));
  return stored ?? (await openSavedImage(wanted, { wish, title }, options));
}

async function openSavedImage(
  { engine, reference, save }: EngineImage,
  { wish, title }: { readonly wish: ImageWish; readonly title: string },
  options: ArchiveOptions,
): Promise<Image> {
  makeTemporary(options.temporaryDir);
  const path = join(options.temporaryDir, `saved-${randomBytes(6).toString('hex')}.tar`);
  const discard = async (): Promise<void> => await rm(path, { force: true });
  try {
    options.signal?.throwIfAborted();
    await save(engine, reference, path);
    const store = await archiveStore(path, { ...options, isVouchedFor: true });
    const image = await openDockerArchive({ ...store, title }, wish, reference);
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
