import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../base/index.ts';
import { blobPath } from '../blob-path.ts';
import type { Image, Layer } from '../image.ts';
import { distinctLayers, ociDocuments } from './oci-documents.ts';

/** How a layout is written. */
export interface WriteOciLayoutOptions {
  /** The tag in `index.json`, as `oci:DIR:TAG` finds it. */
  readonly tag?: string;
  readonly signal?: AbortSignal;
}

/**
 * Writes an image as an OCI image layout, layers as they are stored. The directory must be new or empty; it appears whole
 * or not at all. Throws a `UserError` when it holds something.
 */
export async function writeOciLayout(
  image: Image,
  directory: string,
  options: WriteOciLayoutOptions = {},
): Promise<void> {
  const target = resolve(directory);
  const there = await readdir(target).catch(() => undefined);
  if (there !== undefined && there.length > 0) {
    throw new UserError(`${directory} is not empty`, { hint: 'Choose a new directory for the OCI layout.' });
  }
  await mkdir(dirname(target), { recursive: true });
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(join(temporary, 'blobs', 'sha256'), { recursive: true });
    await writeBlobs(image, temporary, options);
    if (there !== undefined) await rmdir(target);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function writeBlobs(image: Image, directory: string, options: WriteOciLayoutOptions): Promise<void> {
  for (const layer of distinctLayers(image)) {
    const file = join(directory, blobPath(layer.digest));
    await mkdir(dirname(file), { recursive: true });
    if (await linkOwnFile(layer, file)) continue;
    await pipeline(
      await layer.stored(),
      createWriteStream(file, { flags: 'wx' }),
      options.signal ? { signal: options.signal } : {},
    );
  }
  const { config, manifest, index, layout } = ociDocuments(image, options.tag);
  for (const document of [config, manifest]) {
    await writeFile(join(directory, blobPath(document.digest)), document.content);
  }
  await writeFile(join(directory, 'index.json'), index);
  await writeFile(join(directory, 'oci-layout'), layout);
}

/** A layer that this process has just written to a file of its own gets a second name there; false where that cannot be. */
async function linkOwnFile(layer: Layer, path: string): Promise<boolean> {
  const { place, sizeBytes = 0 } = (await layer.inFile?.()) ?? {};
  if (place?.isVouchedFor !== true || place.offset !== 0) return false;
  if ((await stat(place.path)).size !== sizeBytes) return false;
  return await link(place.path, path).then(
    () => true,
    // Another disk, or one that knows no hard links.
    () => false,
  );
}
