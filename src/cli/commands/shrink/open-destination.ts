import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { formatBytes, sha256Digest, UserError } from '../../../base/index.ts';
import {
  formatReference,
  type Image,
  openRegistrySink,
  parseImageSpec,
  parseReference,
} from '../../../image/index.ts';
import { pushImage } from '../../../push/index.ts';
import { type EngineKind, engineNamed } from '../../engine-named.ts';
import type { CliEnvironment } from '../../environment.ts';
import { isInFile } from '../../open-source.ts';
import { registryAccess } from '../../registry-access.ts';
import {
  assertFree,
  type Destination,
  type FileDestination,
  type NamedDestination,
  writeFiles,
} from './destination.ts';
import { loadImage } from './load-image.ts';
import type { ShrinkOptions } from './shrink-options.ts';

/** Where an image can be written to: it was asked already. */
export interface OpenDestination {
  /** How the report names it: `oci:lean`, `registry:ghcr.io/acme/app:1`. */
  readonly title: string;
  /** Writes the image whole or not at all, and gives its digest there: that of a registry's manifest, else the image ID. */
  write(image: Image): Promise<string>;
  /** Ends all connections. */
  close(): void;
}

/** Makes sure that a destination can be written to, so that no work is done in vain. Fails with a `UserError` where it cannot. */
export async function openDestination(
  destination: Destination,
  options: ShrinkOptions,
  environment: CliEnvironment,
): Promise<OpenDestination> {
  if ('path' in destination) return await openFiles(destination, options, environment.signal);
  return destination.kind === 'registry'
    ? await openRegistry(destination.reference, options, environment)
    : await openEngine({ ...destination, kind: destination.kind }, options, environment);
}

async function openFiles(
  destination: FileDestination,
  { tag }: ShrinkOptions,
  signal: AbortSignal,
): Promise<OpenDestination> {
  await assertFree(destination);
  return {
    title: `${destination.kind}:${destination.path}`,
    async write(image) {
      await writeFiles(image, destination, { tag, signal });
      return image.digest;
    },
    close: () => {},
  };
}

async function openRegistry(
  reference: string,
  options: ShrinkOptions,
  environment: CliEnvironment,
): Promise<OpenDestination> {
  const { cacheDir, progress, signal } = environment;
  const sink = await openRegistrySink(reference, { access: registryAccess(options, environment), signal });
  try {
    // Whatever it answers: it is there, and lets this user push.
    await sink.has({ digest: sha256Digest(''), sizeBytes: 0 });
  } catch (error) {
    sink.close();
    throw error;
  }
  const packing = { format: options.compression };
  return {
    title: `registry:${reference}`,
    async write(image) {
      const pushed = await pushImage({ image, sink, packing, cacheDir, progress });
      const { sentBytes, skippedBytes, digest } = pushed;
      const skipped = skippedBytes === 0 ? '' : `; ${formatBytes(skippedBytes)} were there already`;
      progress.note(`Sent ${formatBytes(sentBytes)}${skipped}.`);
      return digest;
    },
    close: () => sink.close(),
  };
}

async function openEngine(
  { kind, reference }: NamedDestination & { readonly kind: EngineKind },
  { compression }: ShrinkOptions,
  environment: CliEnvironment,
): Promise<OpenDestination> {
  const engine = await engineNamed(kind, environment);
  const { cacheDir } = environment;
  return {
    title: `${kind}:${reference}`,
    async write(image) {
      const path = join(cacheDir, 'tmp', `shrunk-${randomBytes(6).toString('hex')}.tar`);
      await loadImage(image, { engine, reference, path, compression, environment });
      return image.digest;
    },
    close: () => {},
  };
}

/** Fails with a `UserError` where the new image would take the original's name: what went could be had nowhere else any more. */
export function assertOtherImage(destination: Destination, source: string, image: Image): void {
  if (!('reference' in destination)) return;
  if (destination.kind !== mediumOf(source, image)) return;
  const spec = parseImageSpec(source);
  const name = 'reference' in spec ? spec.reference : source;
  if (formatReference(parseReference(name)) !== destination.reference) return;
  throw new UserError(`${destination.kind}:${destination.reference} is the image that is to be shrunk`, {
    hint: 'Give the new one another tag: whoever misses a file finds it in the original.',
  });
}

/** Where an image was found that was given by its name. */
function mediumOf(source: string, image: Image): string | undefined {
  if (image.repository !== undefined) return 'registry';
  const spec = parseImageSpec(source);
  if (spec.kind !== 'bare') return spec.kind;
  return isInFile(spec.text) ? undefined : 'docker';
}
