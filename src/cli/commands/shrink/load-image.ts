import { rm } from 'node:fs/promises';
import { type LayerCompressionFormat, UserError } from '../../../base/index.ts';
import type { Engine } from '../../../engines/index.ts';
import { type Image, writeDockerArchive } from '../../../image/index.ts';
import type { CliEnvironment } from '../../environment.ts';

/** How an image gets into an engine. */
export interface LoadRequest {
  readonly engine: Engine;
  /** The reference that the engine holds it under, in full. */
  readonly reference: string;
  /** For the archive that the engine reads; removed afterwards. */
  readonly path: string;
  /** Of the image's new layers. */
  readonly compression: LayerCompressionFormat;
  readonly environment: CliEnvironment;
}

/** Has an engine hold an image, under one name. Rejects with a `UserError` in the engine's words. */
export async function loadImage(image: Image, request: LoadRequest): Promise<void> {
  const { engine, reference, path, compression, environment } = request;
  const { progress, signal } = environment;
  try {
    await writeDockerArchive(image, path, { tags: [reference], signal });
    await engine.load(path, progress, signal).catch((error: unknown) => {
      throw compression === 'zstd' && error instanceof UserError ? zstdRefused(error) : error;
    });
  } finally {
    await rm(path, { force: true });
  }
}

function zstdRefused(error: UserError): UserError {
  return new UserError(error.message, {
    hint: 'Docker reads zstd layers from version 23 on: use --compression gzip.',
    cause: error,
  });
}
