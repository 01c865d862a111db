import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../base/index.ts';
import { silentProgress, UserError } from '../base/index.ts';
import type { ImageWish } from './choose-image.ts';
import type { Image, Platform } from './image.ts';
import { type ImageSpec, parseImageSpec } from './image-spec.ts';
import { parseReference } from './reference.ts';
import { type ArchiveOptions, archiveStore } from './sources/archive-store.ts';
import { openDockerArchive } from './sources/docker-archive.ts';
import { type EngineSave, openEngineImage, type SavingEngine } from './sources/engine.ts';
import { directoryStore, type FileStore } from './sources/file-store.ts';
import { openOciArchive } from './sources/oci-archive.ts';
import { openLayout } from './sources/oci-layout.ts';

/** What opening an image needs besides its name. */
export interface OpenImageOptions {
  /** Chosen where a source holds several; the host's by default. Asked for and absent is an error. */
  readonly platform?: Platform;
  /** Chosen where a source holds several; a tag in the name itself goes before it. */
  readonly tag?: string;
  /** Writes an engine's image to a file; without it, engines cannot be read from. */
  readonly engineSave?: EngineSave;
  /** The engine that a bare reference is looked up in. Default `docker`. */
  readonly defaultEngine?: SavingEngine;
  /** Where saved and unpacked archives go until `close`. */
  readonly temporaryDir: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Opens an image by its name (see `parseImageSpec`); a bare name is a file, else a directory with an OCI layout, else an
 * image in the engine. Close it in the end. Throws a `UserError` when it cannot be found, chosen or read.
 */
export async function openImage(name: string | ImageSpec, options: OpenImageOptions): Promise<Image> {
  const spec = typeof name === 'string' ? parseImageSpec(name) : name;
  return await openSpec(spec.kind === 'bare' ? await resolveBare(spec.text, options) : spec, options);
}

type NamedSpec = Exclude<ImageSpec, { readonly kind: 'bare' }> | SniffedSpec;

/** An archive whose kind is told by what is in it. */
interface SniffedSpec {
  readonly kind: 'archive';
  readonly path: string;
}

async function openSpec(spec: NamedSpec, options: OpenImageOptions): Promise<Image> {
  const archiveOptions: ArchiveOptions = {
    temporaryDir: options.temporaryDir,
    progress: options.progress ?? silentProgress,
    signal: options.signal,
  };
  const wish: ImageWish = {
    platform: options.platform,
    tag: ('tag' in spec ? spec.tag : undefined) ?? options.tag,
  };
  switch (spec.kind) {
    case 'docker':
    case 'podman': {
      const { engineSave } = options;
      if (engineSave === undefined)
        throw new UserError(`no engine is at hand to read ${spec.reference} from`);
      const wanted = { engine: spec.kind, reference: spec.reference, save: engineSave };
      // The engine saves what the reference names: there is nothing to choose but the platform.
      return await openEngineImage(wanted, { platform: options.platform }, archiveOptions);
    }
    case 'oci':
      return await openStore(
        await layoutDirectory(spec.path),
        async (store) => await openLayout(store, wish, spec.path),
      );
    case 'docker-archive':
    case 'oci-archive':
    case 'archive':
      return await openStore(
        await archiveStore(spec.path, archiveOptions),
        async (store) => await archiveOpeners[spec.kind](store, wish, spec.path),
      );
    case 'registry':
    case 'dir':
      throw new UserError(`images are read from archives, layouts and engines, not from ${spec.kind}:`, {
        hint: 'Save the image to a file first, for example with `skopeo copy`.',
      });
  }
}

type Opener = (store: FileStore, wish: ImageWish, name: string) => Promise<Image>;

const archiveOpeners: Readonly<Record<'docker-archive' | 'oci-archive' | 'archive', Opener>> = {
  'docker-archive': openDockerArchive,
  'oci-archive': openOciArchive,
  // A docker-archive of Docker 25 is an OCI archive as well, and its manifest.json goes first.
  archive: openDockerArchive,
};

async function openStore(store: FileStore, open: (store: FileStore) => Promise<Image>): Promise<Image> {
  try {
    return await open(store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function layoutDirectory(path: string): Promise<FileStore> {
  if (await isDirectory(path)) return directoryStore(path);
  throw new UserError(`${path} is no directory`, {
    hint: 'An OCI layout is a directory; one in a tar file is named oci-archive:FILE.',
  });
}

async function resolveBare(text: string, options: OpenImageOptions): Promise<NamedSpec> {
  const found = await stat(text).catch(() => undefined);
  if (found?.isFile()) return { kind: 'archive', path: text };
  if (found?.isDirectory() && (await isFile(join(text, 'oci-layout')))) return { kind: 'oci', path: text };
  const spec = parseImageSpec(`oci:${text}`);
  if (spec.kind === 'oci' && spec.tag !== undefined && (await isFile(join(spec.path, 'oci-layout'))))
    return spec;
  if (/^[./~]|\.(tar|tgz|gz|zst)$/.test(text)) {
    throw new UserError(found ? `${text} holds no image` : `there is no file ${text}`, {
      hint: found ? 'A directory is an image when it is an OCI layout.' : 'Check the path.',
    });
  }
  if (!/^(sha256:)?[0-9a-f]{12,64}$/.test(text)) parseReference(text);
  return { kind: options.defaultEngine ?? 'docker', reference: text };
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
