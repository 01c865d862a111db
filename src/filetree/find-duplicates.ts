import pLimit from 'p-limit';
import { AbsentLayerError, type Image, type Layer } from '../image/index.ts';
import { type ChecksumOptions, checksumFiles } from './content-checksums.ts';
import { checksumAt, columnsOf, entryTypes, pathAt } from './layer-columns.ts';
import { columnsFrom } from './layer-columns-builder.ts';
import type { LayerIndex } from './layer-index.ts';
import type { RootFileSystem, VisibleEntry } from './root-file-system.ts';

/** Visible files with the same content, none a hard link of another. */
export interface DuplicateGroup {
  /** What equal files share: size, fingerprint (half a sha256 of blocks all over the file) and CRC-32 of the whole. */
  readonly contentKey: string;
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
 * fingerprint; where a layer was not summed up as it streamed by, the content of these alone is, once ever if there is a cache.
 * Sparse files are left out. Call it before the image is closed; rejects as reading the layers does.
 */
export async function findDuplicates(
  image: Pick<Image, 'layers'>,
  root: RootFileSystem,
  options: ChecksumOptions = {},
): Promise<readonly DuplicateGroup[]> {
  const candidates = [...candidateGroups(root).values()].filter((group) => group.length > 1).flat();
  const byLayer = Map.groupBy(candidates, ({ layer }) => layer);
  const limit = pLimit(layersAtOnce);
  const groups = new Map<string, VisibleEntry[]>();
  const summed = await Promise.all(
    [...byLayer].map(([number, files]) =>
      limit(async () => {
        const [layer, index] = [image.layers[number], root.layers[number]];
        if (layer === undefined || index === undefined) return [];
        return await keysOf(layer, { index, positions: positionsOf(index, files) }, options);
      }),
    ),
  );
  for (const { file, key } of summed.flat()) {
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return [...groups].flatMap(([contentKey, files]) => groupOf(contentKey, files)).sort(byWaste);
}

interface KeyedFile {
  readonly file: VisibleEntry;
  readonly key: string | undefined;
}

/** From the index where the layer streamed by, else from the layer. */
async function keysOf(
  layer: Layer,
  { index, positions }: { readonly index: LayerIndex; readonly positions: Map<number, VisibleEntry> },
  options: ChecksumOptions,
): Promise<readonly KeyedFile[]> {
  const columns = columnsOf(index) ?? columnsFrom(index);
  const known = new Map(
    [...positions.keys()].flatMap((position) => {
      const checksum = checksumAt(columns, position);
      return checksum === undefined ? [] : [[position, checksum] as const];
    }),
  );
  const unknown = [...positions.keys()].filter((position) => !known.has(position));
  try {
    const read =
      unknown.length === 0 ? known : await checksumFiles(layer, { columns, positions: unknown }, options);
    return [...positions].map(([at, file]) => ({ file, key: keyOf(file, known.get(at) ?? read.get(at)) }));
  } catch (error) {
    if (error instanceof AbsentLayerError) return [];
    throw error;
  }
}

function keyOf({ entry }: VisibleEntry, checksum: number | undefined): string | undefined {
  if (checksum === undefined) return undefined;
  return `${entry.sizeBytes} ${entry.fingerprint ?? ''} ${checksum.toString(16)}`;
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

function groupOf(contentKey: string, files: readonly VisibleEntry[]): DuplicateGroup[] {
  const [first] = files;
  if (first === undefined || files.length < 2) return [];
  const sorted = [...files].sort((one, other) => (one.entry.path < other.entry.path ? -1 : 1));
  return [{ contentKey, sizeBytes: first.entry.sizeBytes, files: sorted }];
}

function byWaste(one: DuplicateGroup, other: DuplicateGroup): number {
  const waste = ({ sizeBytes, files }: DuplicateGroup): number => sizeBytes * (files.length - 1);
  return waste(other) - waste(one) || (one.contentKey < other.contentKey ? -1 : 1);
}
