import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Progress, silentProgress, UserError } from '../base/index.ts';
import type { ImageWish } from './choose-image.ts';
import type { Image, Platform } from './image.ts';
import { type ImageSpec, parseImageSpec } from './image-spec.ts';
import { type EngineHolds, type EngineReference, isImageId, openReference } from './open-reference.ts';
import { parseReference } from './reference.ts';
import type { RegistryAccess } from './registry/registry-access.ts';
import { type ArchiveOptions, archiveStore } from './sources/archive-store.ts';
import { isDirectoryImage, openDirectoryImage } from './sources/directory-image.ts';
import { openDockerArchive } from './sources/docker-archive.ts';
import { type EngineKeeps, type EngineSave, openEngineImage, type SavingEngine } from './sources/engine.ts';
import { directoryStore, type FileStore } from './sources/file-store.ts';
import { openOciArchive } from './sources/oci-archive.ts';
import { openLayout } from './sources/oci-layout.ts';
import { openRootfs } from './sources/rootfs.ts';

/** What opening an image needs besides its name. */
export interface OpenImageOptions {
  /** Chosen where a source holds several; the host's by default. Asked for and absent is an error. */
  readonly platform?: Platform;
  /** Chosen where a source holds several; a tag in the name itself goes before it. */
  readonly tag?: string;
  /** Writes an engine's image to a file; without it, engines cannot be read from. */
  readonly engineSave?: EngineSave;
  /** Tells where an engine keeps an image, to read it there; without it, every image is saved. */
  readonly engineKeeps?: EngineKeeps;
  /**
   * Says whether an engine holds an image. With it, a bare reference that the engine does not hold, or that no engine answers for
   * (undefined), is looked for in its registry.
   */
  readonly engineHolds?: EngineHolds;
  /** The engine that a bare reference is looked up in. Default `docker`. */
  readonly defaultEngine?: SavingEngine;
  /** How registries are reached. Default: without credentials, by TLS only unless on this machine. */
  readonly registry?: RegistryAccess;
  /** Where saved and unpacked archives go until `close`. */
  readonly temporaryDir: string;
  /** The most that a compressed archive may unpack to there, in bytes. Default: what is free, but for 1 GiB. */
  readonly maxUnpackedBytes?: number;
  /** Where digests that a source does not tell (of root file systems, of layers in some archives) are remembered between runs; nowhere by default. */
  readonly cacheDir?: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Opens an image by its name (see `parseImageSpec`). A bare name is a file, else a directory with an OCI layout, an image as skopeo
 * writes it (`dir:`) or a root file system, else an image in the engine, else (see `engineHolds`) one in its registry. Close it in the end. Throws a `UserError` when it cannot be found, chosen or read.
 */
export async function openImage(name: string | ImageSpec, options: OpenImageOptions): Promise<Image> {
  const spec = typeof name === 'string' ? parseImageSpec(name) : name;
  return await openSpec(await resolveSpec(spec), options);
}

/** Tells a bare name's medium, and a path from the reference behind it, by what is there. */
export async function resolveSpec(spec: ImageSpec): Promise<NamedSpec> {
  return spec.kind === 'bare' ? await resolveBare(spec.text) : await resolvePath(spec);
}

/** Where an image is, without doubt. */
export type NamedSpec = Exclude<ImageSpec, { readonly kind: 'bare' }> | SniffedSpec;

/** An archive whose kind is told by what is in it, or a reference without a medium. */
type SniffedSpec =
  | { readonly kind: 'archive'; readonly path: string; readonly tag?: string }
  | { readonly kind: 'reference'; readonly reference: string };

async function openSpec(spec: NamedSpec, options: OpenImageOptions): Promise<Image> {
  const archiveOptions: ArchiveOptions = {
    temporaryDir: options.temporaryDir,
    maxUnpackedBytes: options.maxUnpackedBytes,
    cacheDir: options.cacheDir,
    progress: options.progress ?? silentProgress,
    signal: options.signal,
  };
  const wish: ImageWish = {
    platform: options.platform,
    tag: ('tag' in spec ? spec.tag : undefined) ?? options.tag,
  };
  const openFromRegistry = async (reference: string): Promise<Image> => {
    // Loaded when it is needed: what Node has for networks takes as long to load as all the rest of this.
    const { openRegistryImage } = await import('./sources/registry.ts');
    return await openRegistryImage(reference, wish, {
      access: options.registry ?? {},
      signal: options.signal,
    });
  };
  const openFromEngine = async (wanted: EngineReference): Promise<Image> => {
    const { engineSave: save } = options;
    if (save === undefined) throw new UserError(`no engine is at hand to read ${wanted.reference} from`);
    // The engine saves what the reference names: there is nothing to choose but the platform.
    return await openEngineImage(
      { ...wanted, save, keeps: options.engineKeeps },
      { platform: options.platform },
      archiveOptions,
    );
  };
  switch (spec.kind) {
    case 'docker':
    case 'podman':
      return await openFromEngine({ engine: spec.kind, reference: spec.reference });
    case 'reference':
      return await openReference(spec.reference, {
        engine: options.defaultEngine ?? 'docker',
        holds: options.engineHolds,
        hasEngine: options.engineSave !== undefined,
        fromEngine: openFromEngine,
        fromRegistry: openFromRegistry,
        progress: archiveOptions.progress,
        remark: await directoryRemark(spec.reference),
      });
    case 'registry':
      return await openFromRegistry(spec.reference);
    case 'dir':
      if (await isDirectoryImage(spec.path)) {
        return await openStore(
          directoryStore(spec.path),
          async (store) => await openDirectoryImage(store, wish, spec.path),
        );
      }
      return await openRootfs(spec.path, {
        ...archiveOptions,
        platform: options.platform,
      });
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

async function directoryRemark(name: string): Promise<string | undefined> {
  if (!(await isDirectory(name))) return undefined;
  return `the directory ${name} holds no OCI layout and no root file system that tells itself as one (dir:${name} reads it as such)`;
}

/** What stands before a colon is the path as soon as it is there: both a path and a reference may hold more of them. */
async function resolvePath(spec: NamedSpec): Promise<NamedSpec> {
  if (spec.kind !== 'docker-archive' && spec.kind !== 'oci-archive' && spec.kind !== 'oci') return spec;
  const text = spec.tag === undefined ? spec.path : `${spec.path}:${spec.tag}`;
  if (await isThere(text)) return { kind: spec.kind, path: text };
  return { ...spec, ...(await splitReference(text, isThere)) };
}

interface PathAndReference {
  readonly path: string;
  readonly tag: string;
}

// fat.tar:app:1   →   fat.tar, app:1
async function splitReference(
  text: string,
  isPath: (path: string) => Promise<boolean>,
): Promise<PathAndReference | undefined> {
  for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', colon + 1)) {
    const path = text.slice(0, colon);
    if (await isPath(path)) return { path, tag: text.slice(colon + 1) };
  }
  return undefined;
}

async function isThere(path: string): Promise<boolean> {
  return path !== '' && (await stat(path).catch(() => undefined)) !== undefined;
}

const archiveName = /^[./~]|\.(tar|tgz|gz|zst)$/;

async function resolveBare(text: string): Promise<NamedSpec> {
  const found = await stat(text).catch(() => undefined);
  if (found?.isFile()) return { kind: 'archive', path: text };
  if (found?.isDirectory() && (await isFile(join(text, 'oci-layout')))) return { kind: 'oci', path: text };
  const isImageOrRoot = async (): Promise<boolean> =>
    (await isDirectoryImage(text)) || (await looksLikeRoot(text));
  if (found?.isDirectory() && (await isImageOrRoot())) return { kind: 'dir', path: text };
  const inLayout = await splitReference(text, async (path) => await isFile(join(path, 'oci-layout')));
  if (inLayout !== undefined) return { kind: 'oci', ...inLayout };
  // `python:3.11` stays a reference beside a file of that name.
  const inArchive = await splitReference(
    text,
    async (path) => archiveName.test(path) && (await isFile(path)),
  );
  if (inArchive !== undefined) return { kind: 'archive', ...inArchive };
  if (archiveName.test(text)) {
    throw new UserError(found ? `${text} holds no image` : `there is no file ${text}`, {
      hint: found
        ? 'A directory is an image when it is an OCI layout, one of skopeo’s dir: images, or a root file system (with usr, etc or bin).'
        : 'Check the path.',
    });
  }
  if (!isImageId(text)) parseReference(text);
  return { kind: 'reference', reference: text };
}

async function looksLikeRoot(path: string): Promise<boolean> {
  const found = await Promise.all(['usr', 'etc', 'bin'].map((name) => isDirectory(join(path, name))));
  return found.includes(true);
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
