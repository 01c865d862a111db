import { stat } from 'node:fs/promises';
import { silentProgress, UserError } from '../base/index.ts';
import { type ImageSpec, parseImageSpec } from './image-spec.ts';
import type { ManifestTree } from './manifest-tree.ts';
import { type OpenImageOptions, resolveSpec } from './open-image.ts';
import { archiveStore } from './sources/archive-store.ts';
import { directoryStore, type FileStore } from './sources/file-store.ts';
import { openLayoutTree } from './sources/layout-tree.ts';

/**
 * Opens all that a name leads to, every platform with its attestations: an OCI layout or archive, or a reference of a registry. Close it in the end. Throws
 * a `UserError` for other sources, which hold one platform.
 */
export async function openManifestTree(
  name: string | ImageSpec,
  options: Pick<OpenImageOptions, 'registry' | 'temporaryDir' | 'progress' | 'signal' | 'maxUnpackedBytes'>,
): Promise<ManifestTree> {
  const given = typeof name === 'string' ? parseImageSpec(name) : name;
  const spec = await resolveSpec(given);
  const tag = 'tag' in spec ? spec.tag : undefined;
  switch (spec.kind) {
    case 'oci':
      if (!(await stat(spec.path).catch(() => undefined))?.isDirectory()) throw onePlatform(spec.path);
      return await openIn(directoryStore(spec.path), { tag, name: spec.path });
    case 'oci-archive':
    case 'archive': {
      const { progress, signal, temporaryDir, maxUnpackedBytes } = options;
      const store = await archiveStore(spec.path, {
        temporaryDir,
        maxUnpackedBytes,
        progress: progress ?? silentProgress,
        signal,
      });
      return await openIn(store, { tag, name: spec.path });
    }
    case 'registry':
    case 'reference': {
      const { openRegistryTree } = await import('./sources/registry-tree.ts');
      return await openRegistryTree(
        spec.reference,
        {},
        { access: options.registry ?? {}, signal: options.signal },
      );
    }
    case 'docker-archive':
    case 'dir':
      throw onePlatform(spec.path);
    case 'docker':
    case 'podman':
      throw onePlatform(`${spec.kind}:${spec.reference}`);
  }
}

async function openIn(
  store: FileStore,
  { tag, name }: { readonly tag: string | undefined; readonly name: string },
): Promise<ManifestTree> {
  try {
    return await openLayoutTree(store, { tag }, name);
  } catch (error) {
    await store.close();
    throw error;
  }
}

function onePlatform(name: string): UserError {
  return new UserError(`${name} gives one platform only`, {
    hint: 'All platforms are read from an OCI layout (oci:DIR), an OCI archive (oci-archive:FILE) or a registry (registry:REF).',
  });
}
