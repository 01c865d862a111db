import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { ownChunk } from '../base/index.ts';
import type { EntryPlace, LayerEntry } from '../filetree/index.ts';
import { decodeName, type SparseMap, type TarContent, type TarEntry, type TarMember } from '../tar/index.ts';
import type { FileChange, PlannedFile, PlannedLayer, PlannedMember } from './arrange-layers.ts';
import type { StripPiece } from './elf/plan-strip.ts';
import { editRecord, type PlannedRecord, type RecordedFile } from './plan-records.ts';
import { placeKey, type Study } from './study.ts';

/** An uncompressed layer in an open file. */
export interface OpenTar {
  readonly file: number;
  /** Where it begins, in bytes from the start of the file. */
  readonly offset: number;
}

/** What members are made from. */
export interface MemberSources {
  readonly study: Study;
  readonly open: ReadonlyMap<number, OpenTar>;
  readonly onContent: (sizeBytes: number) => void;
}

/** Up to here a content is read in one go, in bytes. */
const smallBytes = 256 * 1024;

/** The entries of a planned layer for `writeTar`, each made when it is asked for. */
export function* planMembers(planned: PlannedLayer, sources: MemberSources): Generator<TarMember> {
  for (const member of planned.members) yield memberOf(member, sources);
}

function memberOf(member: PlannedMember, sources: MemberSources): TarMember {
  switch (member.kind) {
    case 'whiteout':
      return { path: member.path, mode: 0, content: '' };
    case 'directory': {
      const entry = member.place && sources.study.entries.get(placeKey(member.place));
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

function fileMember(member: PlannedFile, sources: MemberSources): TarMember {
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

function entryAt(place: EntryPlace, { study }: MemberSources): TarEntry {
  const entry = study.entries.get(placeKey(place));
  if (entry === undefined) throw new RangeError(`layer ${place.layer} has no entry ${place.position}`);
  return entry;
}

function metadataOf(entry: TarEntry): Omit<TarMember, 'path'> {
  const { mode, uid, gid, userName, groupName, mtimeSeconds } = entry;
  // The old archive's way to store holes and names is no property of the file.
  const pax = [...entry.pax].filter(([key]) => !key.startsWith('GNU.sparse.') && key !== 'hdrcharset');
  return { mode, uid, gid, userName, groupName, mtimeSeconds, pax: Object.fromEntries(pax) };
}

/** A directory of a layer that is not read again. */
function indexedDirectory(path: string, entry: LayerEntry): TarMember {
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

function storedContent(place: EntryPlace, sources: MemberSources): Uint8Array | TarContent {
  const { sizeBytes } = entryAt(place, sources);
  return contentOf([{ offset: 0, sizeBytes }], sizeBytes, readerAt(place, sources));
}

type ReadBytes = (target: Buffer, start: number) => void;

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

function contentOf(
  pieces: readonly StripPiece[],
  sizeBytes: number,
  read: ReadBytes,
): Uint8Array | TarContent {
  if (sizeBytes <= smallBytes) return Buffer.concat([...piecesOf(pieces, read)]);
  return { sizeBytes, open: () => Readable.from(piecesOf(pieces, read), { objectMode: false }) };
}

function* piecesOf(pieces: readonly StripPiece[], read: ReadBytes): Generator<Buffer> {
  for (const piece of pieces) {
    if ('bytes' in piece) {
      yield piece.bytes;
      continue;
    }
    for (let at = 0; at < piece.sizeBytes; at += smallBytes) {
      const chunk = ownChunk(Math.min(smallBytes, piece.sizeBytes - at));
      read(chunk, piece.offset + at);
      yield chunk;
    }
  }
}

function changedContent(
  change: FileChange,
  { content }: PlannedFile,
  sources: MemberSources,
): Uint8Array | TarContent {
  if ('pieces' in change) return contentOf(change.pieces, change.sizeBytes, readerAt(content, sources));
  if ('newText' in change) return Buffer.from(change.newText, 'latin1');
  return Buffer.from(editRecord(change, (path) => stripped(change, path, sources)));
}

function stripped(
  { stripped: files }: PlannedRecord,
  path: string,
  sources: MemberSources,
): RecordedFile | undefined {
  const found = files.get(path);
  if (found === undefined) return undefined;
  const hash = createHash('sha256');
  for (const chunk of piecesOf(found.plan.pieces, readerAt(found.content, sources))) hash.update(chunk);
  return { sha256: hash.digest('base64url'), sizeBytes: found.plan.sizeBytes };
}
