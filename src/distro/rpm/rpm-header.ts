import { DamageError, part, viewOf } from './damage.ts';

/** An installed package as its header in the database tells. */
export interface RpmHeader {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly epoch: number;
  readonly architecture?: string;
  /** `bash-5.1.8-6.el9.src.rpm` */
  readonly sourceRpm?: string;
  /** Files and directories that it put into the file system, without leading slash. */
  readonly installed: readonly string[];
}

const tags = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  architecture: 1022,
  oldFileNames: 1027,
  fileStates: 1029,
  fileFlags: 1037,
  sourceRpm: 1044,
  directoryIndexes: 1116,
  baseNames: 1117,
  directoryNames: 1118,
} as const;

const [charType, int8Type, int32Type, stringType, stringArrayType, translatedType] = [1, 2, 4, 6, 8, 9];

// RPMFILE_STATE_NORMAL; others were replaced by another package's, left out (--nodocs), shared over the network, or of
// another architecture's colour.
const stateNormal = 0;
// RPMFILE_GHOST: owned for whoever makes it later, but not brought by the package.
const ghostFlag = 1 << 6;

/**
 * Parses a header as rpm's database holds it (rpm's docs/manual/format_header.md, without the magic of package files). All
 * numbers are big-endian; entries that rpm appended at installation come last and win:
 *
 *     entries dataBytes                  8 bytes
 *     tag type offset count              16 bytes an entry, the offset into the data that follows the entries
 *     bash\0 5.1.8\0 …                   the data
 *
 * Throws a `DamageError` or a `RangeError` where it is damaged.
 */
export function parseRpmHeader(blob: Uint8Array): RpmHeader {
  const header = readEntries(blob);
  const [name] = strings(header, tags.name);
  const [version] = strings(header, tags.version);
  const [release] = strings(header, tags.release);
  if (name === undefined || version === undefined || release === undefined) {
    throw new DamageError('it lacks a name, a version or a release');
  }
  const [architecture] = strings(header, tags.architecture);
  const [sourceRpm] = strings(header, tags.sourceRpm);
  return {
    name,
    version,
    release,
    epoch: numbers(header, tags.epoch)[0] ?? 0,
    ...(architecture === undefined ? {} : { architecture }),
    ...(sourceRpm === undefined ? {} : { sourceRpm }),
    installed: installedFiles(header),
  };
}

interface Entry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

interface Header {
  readonly entries: ReadonlyMap<number, Entry>;
  readonly data: Buffer;
}

function readEntries(blob: Uint8Array): Header {
  const view = viewOf(blob);
  const [entryCount, dataBytes] = [view.getUint32(0), view.getUint32(4)];
  const data = part(blob, 8 + entryCount * 16, dataBytes);
  const entries = new Map<number, Entry>();
  for (let at = 8; at < 8 + entryCount * 16; at += 16) {
    const [type, offset, count] = [view.getUint32(at + 4), view.getUint32(at + 8), view.getUint32(at + 12)];
    entries.set(view.getUint32(at), { type, offset, count });
  }
  return { entries, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength) };
}

/** The strings of a tag, each ended by a zero byte; none where the header lacks the tag. */
function strings({ entries, data }: Header, tag: number): string[] {
  const entry = entries.get(tag);
  if (entry === undefined) return [];
  if (entry.type !== stringType && entry.type !== stringArrayType && entry.type !== translatedType) {
    throw new DamageError(`tag ${tag} holds no text`);
  }
  if (entry.count === 0) return [];
  let end = entry.offset - 1;
  for (let left = entry.count; left > 0; left--) {
    end = data.indexOf(0, end + 1);
    if (end === -1) throw new DamageError(`the text of tag ${tag} has no end`);
  }
  return data.toString('utf8', entry.offset, end).split('\0');
}

/** The numbers of a tag; none where the header lacks it. */
function numbers({ entries, data }: Header, tag: number): number[] {
  const entry = entries.get(tag);
  if (entry === undefined) return [];
  const isByte = entry.type === charType || entry.type === int8Type;
  if (!isByte && entry.type !== int32Type) throw new DamageError(`tag ${tag} holds no numbers`);
  const stored = part(data, entry.offset, entry.count * (isByte ? 1 : 4));
  if (isByte) return [...stored];
  const view = viewOf(stored);
  return Array.from({ length: entry.count }, (_, i) => view.getUint32(i * 4));
}

function installedFiles(header: Header): string[] {
  const paths = listedPaths(header);
  const states = numbers(header, tags.fileStates);
  const flags = numbers(header, tags.fileFlags);
  return paths.filter((_, i) => {
    const isGhost = ((flags[i] ?? 0) & ghostFlag) !== 0;
    return (states[i] ?? stateNormal) === stateNormal && !isGhost;
  });
}

function listedPaths(header: Header): string[] {
  const baseNames = strings(header, tags.baseNames);
  // Packages made by rpm 3 have whole names.
  if (baseNames.length === 0) return strings(header, tags.oldFileNames).map(relative);
  const directories = strings(header, tags.directoryNames).map(relative);
  const indexes = numbers(header, tags.directoryIndexes);
  return baseNames.map((name, i) => {
    const directory = directories[indexes[i] ?? -1];
    if (directory === undefined) throw new DamageError(`the file ${name} has no directory`);
    return `${directory}${name}`;
  });
}

function relative(path: string): string {
  return path.replace(/^\/+/, '');
}
