import { createHash } from 'node:crypto';
import type { LayerIndex, RootFileSystem } from '../filetree/index.ts';
import type { Image } from '../image/index.ts';
import type { InstalledDistribution } from '../python/index.ts';
import { scanTarFile, type TarBody, type TarEntry } from '../tar/index.ts';
import { equalSizes } from './equal-sizes.ts';
import type { PlainLayers } from './plain-layers.ts';
import { siteOf } from './site-packages.ts';
import type { Study } from './study.ts';
import { finished, newCollection } from './study-collection.ts';
import { studyFile } from './study-file.ts';
import { namesAt, type Places, visiblePlaces } from './visible-places.ts';

/** What is studied. */
export interface StudyRequest {
  readonly image: Pick<Image, 'layers'>;
  readonly root: RootFileSystem;
  readonly distributions: readonly InstalledDistribution[];
  /** How many of the lowest layers stay as they are. */
  readonly baseLayerCount: number;
  readonly layers: PlainLayers;
  /** Whether libraries that are loaded while something runs are looked for, too, which reads more of each file. */
  readonly withLoadedLibraries?: boolean;
  readonly signal: AbortSignal;
}

/**
 * Reads each layer that is written anew once: the entries that are visible, the modules that Python files name, and the tables of
 * libraries. Of the base's layers those with Python distributions, which may import what lies above, and those
 * whose directories have attributes that the index only keeps the digest of.
 */
export async function studyLayers(request: StudyRequest): Promise<Study> {
  const visible = visiblePlaces(request.root);
  const collected = newCollection(
    request.root.layers,
    request.distributions,
    request.withLoadedLibraries === true,
  );
  const hasTwin = equalSizes(request.root, request.baseLayerCount);
  for (const [number, layer] of request.image.layers.entries()) {
    const wanted = visible.get(number);
    const index = request.root.layers[number];
    if (wanted === undefined || index === undefined) continue;
    if (number < request.baseLayerCount && !isStudied(index, wanted)) continue;
    const file = await request.layers.open(layer);
    let position = -1;
    await scanTarFile(file, {
      isEndMarkerOptional: true,
      signal: request.signal,
      onEntry(entry, body) {
        position += 1;
        const place = { layer: number, position };
        const names = namesAt(wanted, index, position);
        if (names.length === 0) return;
        // Of what stays as it is, only directories are written again: above new files.
        if (number >= request.baseLayerCount || entry.type === 'directory')
          collected.entries.add(place, entry, index.entryCount);
        if (entry.type !== 'file' || entry.sparse !== undefined) return;
        for (const path of names) {
          studyFile(collected, { path, place, entry, body });
          if (number >= request.baseLayerCount && hasTwin(path, entry.sizeBytes))
            collected.digests.set(path, digestOf(entry, body));
        }
      },
    });
  }
  return finished(collected);
}

function isStudied(index: LayerIndex, wanted: Places): boolean {
  for (let position = 0; position < index.entryCount; position++) {
    const entry = index.entry(position);
    if (namesAt(wanted, index, position).some((path) => path.endsWith('.py') && siteOf(path) !== undefined))
      return true;
    const attributes = Object.values(entry.attributes ?? {});
    if (entry.type === 'directory' && attributes.some((value) => value.startsWith('sha256:'))) return true;
  }
  return false;
}

const digestPart = Buffer.alloc(256 * 1024);

function digestOf({ sizeBytes }: TarEntry, body: TarBody): string {
  const hash = createHash('sha256');
  for (let at = 0; at < sizeBytes; at += digestPart.length) {
    const part = digestPart.subarray(0, Math.min(digestPart.length, sizeBytes - at));
    body.read(part, at);
    hash.update(part);
  }
  return hash.digest('base64');
}
