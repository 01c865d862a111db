import type { BuriedEntry, VisibleEntry } from '../filetree/index.ts';
import { findingKinds } from '../finding/index.ts';
import type { AuditRequest } from './audit-request.ts';
import { type AuditSubject, auditSubject } from './audit-subject.ts';
import { sourcePath } from './bytecode-use.ts';
import { claimFiles } from './claim-files.ts';
import type { ClaimedFile } from './detector.ts';
import { buriedKinds } from './detectors/dead-bytes.ts';
import { isInSitePackages, isUserPlace } from './places.ts';
import { twinPlaces } from './twin-places.ts';
import { weightsFormat } from './weights-format.ts';

/** What the bytes of an image can be sorted by. */
export type AuditGrouping = 'layer' | 'package' | 'class' | 'directory';

/** A part of an image; every stored byte is in exactly one of the rows of a grouping. */
export interface AuditGroupRow {
  /** The instruction of a layer, the name of a package, a class of files, or a directory (`/usr/lib`). */
  readonly name: string;
  /** Bytes that the layers store, dead ones included. */
  readonly sizeBytes: number;
  /** Files that have bytes in the row, dead ones included; a file that two classes share is in both. */
  readonly fileCount: number;
  /** Of `sizeBytes`: not visible in the final file system. */
  readonly deadBytes: number;
  /** Of `sizeBytes`: visible and not needed at run time. */
  readonly avoidableBytes: number;
  /** Of layers only, and where it was measured. */
  readonly compressedBytes?: number;
  /** Of layers only: the position, 0 the lowest. */
  readonly layer?: number;
  /** Of packages only: what kind of package it is. */
  readonly packageKind?: string;
  /** Of a Python distribution that is installed more than once: the folder that holds it. */
  readonly location?: string;
}

/** How the rows are made. */
export interface GroupAuditOptions {
  /** How many directories deep rows by directory go. Default 2. */
  readonly depth?: number;
  /** The compressed size of each layer, lowest first. */
  readonly compressedBytes?: readonly number[];
}

/** Sorts every stored byte of an image into rows, largest first; the rows' bytes add up to the image's content. */
export function groupAudit(
  request: AuditRequest,
  by: AuditGrouping,
  options: GroupAuditOptions = {},
): AuditGroupRow[] {
  const subject = auditSubject(request);
  const { claimed } = claimFiles(subject);
  const rows = new Map<string, MutableRow>();
  const sorter = sorters[by](subject, options);
  if (by === 'layer') for (const layer of subject.root.layers.keys()) rowOf(rows, sorter.layerPlace(layer));
  for (const file of subject.root.entries()) {
    if (file.entry.type === 'directory') continue;
    const claim = claimed.get(file.entry.path);
    const parts = by === 'class' ? partsOf(file, claim) : [wholeOf(file, claim)];
    for (const part of parts) {
      add(rowOf(rows, sorter.visiblePlace(file, part)), part);
    }
  }
  for (const one of subject.root.buried) {
    add(rowOf(rows, sorter.buriedPlace(one)), { sizeBytes: one.sizeBytes, deadBytes: one.sizeBytes });
  }
  return [...rows.values()]
    .filter(({ sizeBytes, layer }) => sizeBytes > 0 || layer !== undefined)
    .sort((a, b) => b.sizeBytes - a.sizeBytes || (a.name < b.name ? -1 : 1));
}

/** A file, or what of it a waste class takes and what is left. */
interface FilePart {
  readonly sizeBytes: number;
  readonly avoidableBytes?: number;
  readonly deadBytes?: number;
  readonly claim?: ClaimedFile['claim'];
}

function wholeOf({ entry }: VisibleEntry, claimed: ClaimedFile | undefined): FilePart {
  return { sizeBytes: entry.sizeBytes, avoidableBytes: claimed?.sizeBytes ?? 0 };
}

function partsOf({ entry }: VisibleEntry, claimed: ClaimedFile | undefined): readonly FilePart[] {
  if (claimed === undefined) return [{ sizeBytes: entry.sizeBytes }];
  const taken = { sizeBytes: claimed.sizeBytes, avoidableBytes: claimed.sizeBytes, claim: claimed.claim };
  const rest = entry.sizeBytes - claimed.sizeBytes;
  return rest === 0 ? [taken] : [taken, { sizeBytes: rest }];
}

interface Place {
  readonly name: string;
  readonly layer?: number;
  readonly packageKind?: string;
  readonly location?: string;
  readonly compressedBytes?: number;
}

interface MutableRow extends Place {
  sizeBytes: number;
  fileCount: number;
  deadBytes: number;
  avoidableBytes: number;
}

interface Sorter {
  visiblePlace(file: VisibleEntry, part: FilePart): Place;
  buriedPlace(one: BuriedEntry): Place;
  layerPlace(layer: number): Place;
}

const sorters: Readonly<
  Record<AuditGrouping, (subject: AuditSubject, options: GroupAuditOptions) => Sorter>
> = {
  layer: (subject, { compressedBytes }) => {
    const layerPlace = (layer: number): Place => {
      const compressed = compressedBytes?.[layer];
      return {
        name: subject.instructionOf(layer) ?? subject.image.layers[layer]?.diffId ?? `layer ${layer}`,
        layer,
        ...(compressed === undefined ? {} : { compressedBytes: compressed }),
      };
    };
    return {
      layerPlace,
      visiblePlace: ({ layer }) => layerPlace(layer),
      buriedPlace: ({ layer }) => layerPlace(layer),
    };
  },
  package: (subject) => {
    const placeOf = twinPlaces(subject.distributions);
    return byPath((path) => packagePlace(subject, path, placeOf));
  },
  directory: (_, { depth = 2 }) => byPath((path) => ({ name: directoryOf(path, depth) })),
  class: (subject) => ({
    layerPlace: () => ({ name: '' }),
    visiblePlace: (file, { claim }) => ({
      name: claim === undefined ? purposeOf(subject, file) : findingKinds[claim.kind].title,
    }),
    buriedPlace: ({ reason }) => ({ name: findingKinds[buriedKinds[reason]].title }),
  }),
};

function byPath(place: (path: string) => Place): Sorter {
  return {
    layerPlace: () => ({ name: '' }),
    visiblePlace: ({ entry }) => place(entry.path),
    buriedPlace: ({ path }) => place(path),
  };
}

function packagePlace(subject: AuditSubject, path: string, placeOf: ReturnType<typeof twinPlaces>): Place {
  const owner = subject.ownerOf(path);
  if (owner === undefined) return { name: '(no package)' };
  const distribution = subject.distributionOf(path) ?? subject.distributionOf(sourcePath(path));
  const location = distribution && placeOf(distribution);
  return {
    name: `${owner.name} ${owner.version}`,
    packageKind: owner.kind,
    ...(location !== undefined && { location }),
  };
}

/** The first directories of a path: `usr/lib/x/y` → `/usr/lib` at depth 2; a file in the root is in `/`. */
function directoryOf(path: string, depth: number): string {
  const parts = path.split('/');
  return `/${parts.slice(0, Math.min(depth, parts.length - 1)).join('/')}`;
}

/** What the files are for that no waste class has. */
function purposeOf(subject: AuditSubject, { entry, layer }: VisibleEntry): string {
  const { path } = entry;
  if (layer < (subject.base?.layerCount ?? 0)) return 'Base image';
  if (subject.distributionOf(path) !== undefined || isInSitePackages(path)) return 'Python distributions';
  if (subject.packageOf(path) !== undefined) return 'System packages';
  if (weightsFormat(entry) !== undefined) return findingKinds['model-weights'].title;
  if (/(?:^|\/)lib\/(?:lib)?python\d/.test(path)) return 'Python';
  return isUserPlace(path) ? 'Application' : 'System files of no package';
}

function rowOf(rows: Map<string, MutableRow>, place: Place): MutableRow {
  const key = [place.layer, place.packageKind, place.location, place.name].join('\n');
  const known = rows.get(key);
  if (known !== undefined) return known;
  const row = { ...place, sizeBytes: 0, fileCount: 0, deadBytes: 0, avoidableBytes: 0 };
  rows.set(key, row);
  return row;
}

function add(row: MutableRow, { sizeBytes, avoidableBytes = 0, deadBytes = 0 }: FilePart): void {
  row.sizeBytes += sizeBytes;
  row.fileCount += 1;
  row.avoidableBytes += avoidableBytes;
  row.deadBytes += deadBytes;
}
