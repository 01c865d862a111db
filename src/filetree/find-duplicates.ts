import pLimit from 'p-limit';
import { AbsentLayerError, type Image, type Layer } from '../image/index.ts';
import { type HashOptions, hashFiles } from './content-hashes.ts';
import { columnsOf, entryTypes, hashAt, pathAt } from './layer-columns.ts';
import { columnsFrom } from './layer-columns-builder.ts';
import type { LayerIndex } from './layer-index.ts';
import type { RootFileSystem, VisibleEntry } from './root-file-system.ts';

/** Visible files with the same content, none a hard link of another. */
export interface DuplicateGroup {
  /** The sha256 of the content, hex. */
  readonly contentHash: string;
  /** Size of each file. */
  readonly sizeBytes: number;
  /** By path; two at least. */
  readonly files: readonly VisibleEntry[];
}

const hardlinkType = entryTypes.indexOf('hardlink');

/** Two at a time, as when indexing. */
const layersAtOnce = 2;

/**
 * Finds the visible files of at least 64 KiB that have equal content, largest waste first. Candidates have equal size and
 * fingerprint; where a layer was not hashed as it streamed by, the content of these alone is, once ever if there is a cache.
 * Sparse files are left out. Call it before the image is closed; rejects as reading the layers does.
 */
export async function findDuplicates(
  image: Pick<Image, 'layers'>,
  root: RootFileSystem,
  options: HashOptions = {},
): Promise<readonly DuplicateGroup[]> {
  const candidates = [...candidateGroups(root).values()].filter((group) => group.length > 1).flat();
  const byLayer = Map.groupBy(candidates, ({ layer }) => layer);
  const limit = pLimit(layersAtOnce);
  const groups = new Map<string, VisibleEntry[]>();
  const hashed = await Promise.all(
    [...byLayer].map(([number, files]) =>
      limit(async () => {
        const [layer, index] = [image.layers[number], root.layers[number]];
        if (layer === undefined || index === undefined) return [];
        return await hashesOf(layer, { index, positions: positionsOf(index, files) }, options);
      }),
    ),
  );
  for (const { file, hash } of hashed.flat()) {
    if (hash !== undefined) groups.set(hash, [...(groups.get(hash) ?? []), file]);
  }
  return [...groups].flatMap(([contentHash, files]) => groupOf(contentHash, files)).sort(byWaste);
}

interface HashedFile {
  readonly file: VisibleEntry;
  readonly hash: string | undefined;
}

/** From the index where the layer streamed by, else from the layer. */
async function hashesOf(
  layer: Layer,
  { index, positions }: { readonly index: LayerIndex; readonly positions: Map<number, VisibleEntry> },
  options: HashOptions,
): Promise<readonly HashedFile[]> {
  const columns = columnsOf(index);
  const known = new Map(
    [...positions.keys()].flatMap((position) => {
      const hash = columns && hashAt(columns, position);
      return hash === undefined ? [] : [[position, Buffer.from(hash).toString('hex')] as const];
    }),
  );
  const unknown = [...positions.keys()].filter((position) => !known.has(position));
  try {
    const read = unknown.length === 0 ? known : await hashFiles(layer, unknown, options);
    return [...positions].map(([at, file]) => ({ file, hash: known.get(at) ?? read.get(at) }));
  } catch (error) {
    if (error instanceof AbsentLayerError) return [];
    throw error;
  }
}

function candidateGroups(root: RootFileSystem): Map<string, VisibleEntry[]> {
  const groups = new Map<string, VisibleEntry[]>();
  for (const file of root.entries()) {
    const { type, fingerprint, sizeBytes } = file.entry;
    if (type !== 'file' || fingerprint === undefined) continue;
    const key = `${sizeBytes} ${fingerprint}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  return groups;
}

/** Where a layer's index has these files; the last entry of a name counts. */
function positionsOf(index: LayerIndex, files: readonly VisibleEntry[]): Map<number, VisibleEntry> {
  const columns = columnsOf(index) ?? columnsFrom(index);
  const wanted = new Map(files.map((file) => [file.entry.path, file]));
  // A file whose first name a later layer took away is known by a link now.
  for (let position = 0; position < columns.types.length; position++) {
    if (columns.types[position] !== hardlinkType) continue;
    const file = wanted.get(pathAt(columns, position));
    const target = columns.strings[columns.links[position] ?? 0];
    if (file !== undefined && target !== undefined) wanted.set(target, file);
  }
  const found = new Map<VisibleEntry, number>();
  // Only files with a fingerprint are candidates, and those have a row of facts.
  for (const position of columns.facts.positions) {
    const file = wanted.get(pathAt(columns, position));
    if (file !== undefined) found.set(file, position);
  }
  return new Map([...found].map(([file, at]) => [at, file]));
}

function groupOf(contentHash: string, files: readonly VisibleEntry[]): DuplicateGroup[] {
  const [first] = files;
  if (first === undefined || files.length < 2) return [];
  const sorted = [...files].sort((one, other) => (one.entry.path < other.entry.path ? -1 : 1));
  return [{ contentHash, sizeBytes: first.entry.sizeBytes, files: sorted }];
}

function byWaste(one: DuplicateGroup, other: DuplicateGroup): number {
  const waste = ({ sizeBytes, files }: DuplicateGroup): number => sizeBytes * (files.length - 1);
  return waste(other) - waste(one) || (one.contentHash < other.contentHash ? -1 : 1);
}
