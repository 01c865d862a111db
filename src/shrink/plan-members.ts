import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import type { EntryPlace, LayerEntry } from '../filetree/index.ts';
import { decodeName, type PlacedContent, type PlacedMember, type SparseMap } from '../tar/index.ts';
import type { PlannedLayer } from './arrange-layers.ts';
import type { StripPlan } from './elf/plan-strip.ts';
import { editRecord, type PlannedRecord, type RecordedFile } from './plan-records.ts';
import type { FileChange, PlannedFile, PlannedMember } from './planned-member.ts';
import { type ReadBytes, readPieces } from './read-pieces.ts';
import type { StoredEntries, StoredEntry } from './stored-entries.ts';

/** An uncompressed layer in an open file. */
export interface OpenTar {
  readonly file: number;
  /** Where it begins, in bytes from the start of the file. */
  readonly offset: number;
}

/** What members are made from. */
export interface MemberSources {
  readonly entries: StoredEntries;
  readonly open: ReadonlyMap<number, OpenTar>;
  readonly onContent: (sizeBytes: number) => void;
}

/** What of a changed library is summed up at a time: new memory for each would be garbage that is collected late. */
const summedPart = Buffer.alloc(256 * 1024);

/** The entries of a planned layer for `packTar`, each made when it is asked for. */
export function* planMembers(planned: PlannedLayer, sources: MemberSources): Generator<PlacedMember> {
  for (const member of planned.members) yield memberOf(member, sources);
}

function memberOf(member: PlannedMember, sources: MemberSources): PlacedMember {
  switch (member.kind) {
    case 'whiteout':
      return { path: member.path, mode: 0, content: '' };
    case 'directory': {
      const entry = member.place && sources.entries.at(member.place);
      const path = `${member.path || '.'}/`;
      return entry === undefined
        ? indexedDirectory(path, member.entry)
        : { ...metadataOf(entry), path, type: 'directory' };
    }
    case 'link':
      return {
        ...metadataOf(entryAt(member.place, sources)),
        path: member.path,
        type: 'hardlink',
        linkPath: member.target,
      };
    case 'file':
      return fileMember(member, sources);
  }
}

function fileMember(member: PlannedFile, sources: MemberSources): PlacedMember {
  const { path, change } = member;
  const stored = entryAt(member.content, sources);
  const metadata = metadataOf(stored);
  if (stored.type !== 'file') {
    const { type, linkPath, deviceMajor, deviceMinor } = stored;
    return { ...metadata, path, type, linkPath, deviceMajor, deviceMinor };
  }
  const content =
    change === undefined ? storedContent(member.content, sources) : changedContent(change, member, sources);
  sources.onContent(content instanceof Uint8Array ? content.length : content.sizeBytes);
  const sparse = change === undefined && stored.sparse ? sparseRecords(stored.sparse) : {};
  return { ...metadata, path, type: 'file', pax: { ...metadata.pax, ...sparse }, content };
}

function entryAt(place: EntryPlace, { entries }: MemberSources): StoredEntry {
  const entry = entries.at(place);
  if (entry === undefined) throw new RangeError(`layer ${place.layer} has no entry ${place.position}`);
  return entry;
}

function metadataOf(entry: StoredEntry): Omit<PlacedMember, 'path'> {
  const { mode, uid, gid, userName, groupName, mtimeSeconds } = entry;
  // The old archive's way to store holes and names is no property of the file.
  const pax = [...entry.pax].filter(([key]) => !key.startsWith('GNU.sparse.') && key !== 'hdrcharset');
  return { mode, uid, gid, userName, groupName, mtimeSeconds, pax: Object.fromEntries(pax) };
}

/** A directory of a layer that is not read again. */
function indexedDirectory(path: string, entry: LayerEntry): PlacedMember {
  const { mode, uid, gid, mtimeSeconds, attributes = {} } = entry;
  const pax = Object.entries(attributes).map(([name, hex]) => [
    `SCHILY.xattr.${name}`,
    decodeName(Buffer.from(hex, 'hex')),
  ]);
  return { path, type: 'directory', mode, uid, gid, mtimeSeconds, pax: Object.fromEntries(pax) };
}

/** Holes as PAX format 0.1 has them (GNU tar manual, "Storing Sparse Files"), which Go's, GNU's and BSD's tar read. */
function sparseRecords({ realBytes, extents }: SparseMap): Record<string, string> {
  return {
    'GNU.sparse.size': String(realBytes),
    'GNU.sparse.numblocks': String(extents.length),
    'GNU.sparse.map': extents.map(({ offset, sizeBytes }) => `${offset},${sizeBytes}`).join(','),
  };
}

function storedContent(place: EntryPlace, sources: MemberSources): PlacedContent {
  const { sizeBytes } = entryAt(place, sources);
  return { sizeBytes, read: readerAt(place, sources) };
}

function readerAt(place: EntryPlace, sources: MemberSources): ReadBytes {
  const tar = sources.open.get(place.layer);
  if (tar === undefined) throw new RangeError(`layer ${place.layer} is not open`);
  const start = tar.offset + entryAt(place, sources).bodyOffset;
  return (target, at) => {
    for (let filled = 0; filled < target.length; ) {
      const count = readSync(tar.file, target, filled, target.length - filled, start + at + filled);
      if (count === 0) throw new RangeError(`layer ${place.layer} is cut off`);
      filled += count;
    }
  };
}

function changedContent(
  change: FileChange,
  { content }: PlannedFile,
  sources: MemberSources,
): Uint8Array | PlacedContent {
  if ('pieces' in change) return strippedContent(change, content, sources);
  if ('newText' in change) return Buffer.from(change.newText, 'latin1');
  return Buffer.from(editRecord(change, (path) => stripped(change, path, sources)));
}

function strippedContent(plan: StripPlan, place: EntryPlace, sources: MemberSources): PlacedContent {
  return { sizeBytes: plan.sizeBytes, read: readPieces(plan.pieces, readerAt(place, sources)) };
}

function stripped(
  { stripped: files }: PlannedRecord,
  path: string,
  sources: MemberSources,
): RecordedFile | undefined {
  const found = files.get(path);
  if (found === undefined) return undefined;
  const { sizeBytes, read } = strippedContent(found.plan, found.content, sources);
  const hash = createHash('sha256');
  for (let at = 0; at < sizeBytes; at += summedPart.length) {
    const part = summedPart.subarray(0, Math.min(summedPart.length, sizeBytes - at));
    read(part, at);
    hash.update(part);
  }
  return { sha256: hash.digest('base64url'), sizeBytes };
}
