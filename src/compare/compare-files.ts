import type { LayerEntry, RootFileSystem, VisibleEntry } from '../filetree/index.ts';
import type { FileAspect, FileChange, FileFacts } from './file-change.ts';

/** How many paths, and what they hold. */
export interface FileTally {
  readonly count: number;
  readonly fatBytes: number;
  readonly leanBytes: number;
}

/** The files of two images side by side. */
export interface FileComparison {
  readonly added: FileTally;
  readonly removed: FileTally;
  /** In something other than the time. */
  readonly changed: FileTally;
  /** In nothing but the time, as far as is known. */
  readonly timeOnly: FileTally & {
    /** Files of equal size whose content nothing tells. */
    readonly contentUnknownCount: number;
  };
  /** Python bytecode that differs, of a source that does not: it carries the source's time, and Python makes it anew where it must. */
  readonly bytecodeOnly: FileTally;
  readonly unchangedCount: number;
  readonly ignoredCount: number;
  /** Largest first; those that differ in time only are last. */
  readonly changes: readonly FileChange[];
  /** False where `changes` was cut. */
  readonly isComplete: boolean;
}

/** How files are compared. */
export interface CompareFilesOptions {
  /** Leave times and the difference between a hard link and a copy aside, and take nothing but hashes as proof of equal content. */
  readonly isSemantic: boolean;
  readonly isIgnored: (path: string) => boolean;
  /** How many changes to keep; of more, those in nothing but the time go first. Default: all. */
  readonly mostChanges?: number | undefined;
}

/**
 * Compares what two containers would see, path by path. Content is compared by hash where both have one, else by size, fingerprint (blocks
 * of the content) and modification time: equal size and time count as equal content, as rsync has it, unless the comparison is semantic.
 */
export function compareFiles(
  fat: RootFileSystem,
  lean: RootFileSystem,
  options: CompareFilesOptions,
): FileComparison {
  const tallies = new Tallies();
  const changes: FileChange[] = [];
  for (const path of pathsOf(fat, lean)) {
    if (options.isIgnored(path)) {
      tallies.ignoredCount += 1;
      continue;
    }
    const change = changeAt(path, { fat, lean, options });
    if (change === undefined) {
      tallies.unchangedCount += 1;
      continue;
    }
    const isBytecode = isBytecodeOnly(change, { fat, lean, options });
    tallies.count(change, isBytecode);
    if (!isBytecode) changes.push(change);
  }
  const kept = firstOf(changes.sort(inOrder), options.mostChanges);
  return { ...tallies.finish(), changes: kept, isComplete: kept.length === changes.length };
}

/** Every path of both, the root among them. */
function* pathsOf(fat: RootFileSystem, lean: RootFileSystem): Generator<string> {
  yield '';
  for (const { entry } of fat.entries()) yield entry.path;
  for (const { entry } of lean.entries()) if (fat.get(entry.path) === undefined) yield entry.path;
}

interface Both {
  readonly fat: RootFileSystem;
  readonly lean: RootFileSystem;
  readonly options: CompareFilesOptions;
}

function changeAt(path: string, both: Both): FileChange | undefined {
  const [before, after] = [both.fat.get(path), both.lean.get(path)];
  const shown = path === '' ? '.' : path;
  if (before === undefined || after === undefined) {
    if (after !== undefined) return { path: shown, change: 'added', lean: factsOf(after) };
    return before === undefined ? undefined : { path: shown, change: 'removed', fat: factsOf(before) };
  }
  if (isSameEntry(before, after, both)) return undefined;
  const { aspects, isContentUnknown } = differencesOf(before, after, both);
  if (aspects.length === 0) return undefined;
  return {
    path: shown,
    change: 'changed',
    aspects,
    ...(isContentUnknown ? { isContentUnknown: true as const } : {}),
    fat: factsOf(before),
    lean: factsOf(after),
  };
}

/** True for an entry that both images have from one and the same layer; a hard link can lead elsewhere. */
function isSameEntry(before: VisibleEntry, after: VisibleEntry, { fat, lean }: Both): boolean {
  if (before.entry.type === 'hardlink' || after.entry.type === 'hardlink') return false;
  const layer = fat.layers[before.layer]?.diffId;
  return (
    layer !== undefined &&
    layer === lean.layers[after.layer]?.diffId &&
    isSameHeader(before.entry, after.entry)
  );
}

// One path can show another file of the layer, where the name that a hard link leads to is gone.
function isSameHeader(one: LayerEntry, other: LayerEntry): boolean {
  return (
    one.type === other.type &&
    one.sizeBytes === other.sizeBytes &&
    one.mtimeSeconds === other.mtimeSeconds &&
    one.mode === other.mode &&
    one.uid === other.uid &&
    one.gid === other.gid &&
    one.linkTarget === other.linkTarget &&
    one.device === other.device &&
    isSameAttributes(one, other) &&
    one.contentHash === other.contentHash &&
    one.fingerprint === other.fingerprint
  );
}

// Names are in order.
function isSameAttributes(one: LayerEntry, other: LayerEntry): boolean {
  if (one.attributes === other.attributes) return true;
  return JSON.stringify(one.attributes) === JSON.stringify(other.attributes);
}

interface Differences {
  readonly aspects: readonly FileAspect[];
  readonly isContentUnknown: boolean;
}

function differencesOf(before: VisibleEntry, after: VisibleEntry, both: Both): Differences {
  const { isSemantic } = both.options;
  const [old, now] = [inodeOf(before, both.fat), inodeOf(after, both.lean)];
  if (old.type !== now.type) return { aspects: ['type'], isContentUnknown: false };
  const content = old.type === 'file' ? sameContent(old, now, isSemantic) : true;
  const isUnknown = content === undefined;
  // Without proof of equality nothing is equal where that is the question.
  const isContentChanged = content === false || (isUnknown && isSemantic);
  const isLinkChanged =
    old.type === 'symlink'
      ? old.linkTarget !== now.linkTarget
      : !isSemantic && hardLinkTarget(before) !== hardLinkTarget(after);
  const isTimeChanged = !isSemantic && old.mtimeSeconds !== now.mtimeSeconds;
  const found: readonly (FileAspect | false)[] = [
    isContentChanged && 'content',
    // A symbolic link has no mode of its own on Linux.
    old.type !== 'symlink' && old.mode !== now.mode && 'mode',
    (old.uid !== now.uid || old.gid !== now.gid) && 'owner',
    isLinkChanged && 'link',
    old.device !== now.device && 'device',
    !isSameAttributes(old, now) && 'attributes',
    isTimeChanged && 'time',
  ];
  return { aspects: found.filter((aspect) => aspect !== false), isContentUnknown: isUnknown };
}

/** What a name leads to: for a hard link the file, whose metadata all its names share. */
function inodeOf({ entry }: VisibleEntry, root: RootFileSystem): LayerEntry {
  if (entry.type !== 'hardlink' || entry.linkTarget === undefined) return entry;
  return root.get(entry.linkTarget)?.entry ?? entry;
}

function hardLinkTarget({ entry }: VisibleEntry): string | undefined {
  return entry.type === 'hardlink' ? entry.linkTarget : undefined;
}

/** Undefined where nothing tells. */
function sameContent(one: LayerEntry, other: LayerEntry, isProofNeeded: boolean): boolean | undefined {
  if (one.contentHash !== undefined && other.contentHash !== undefined) {
    return one.contentHash === other.contentHash;
  }
  if (lengthOf(one) !== lengthOf(other)) return false;
  if (one.sizeBytes === 0 && other.sizeBytes === 0) return true;
  if (one.fingerprint !== undefined && other.fingerprint !== undefined) {
    if (one.fingerprint !== other.fingerprint) return false;
    if (!isProofNeeded) return true;
  }
  return !isProofNeeded && one.mtimeSeconds === other.mtimeSeconds ? true : undefined;
}

/** With the holes of a sparse file, which only one of two images may store as such. */
function lengthOf({ sizeBytes, realBytes }: LayerEntry): number {
  return realBytes ?? sizeBytes;
}

// app/__pycache__/main.cpython-311.opt-1.pyc → app/main.py       app/main.pyc → app/main.py
const cachedBytecode = /^(.*\/|)__pycache__\/([^/]+?)\.[a-z]+-?\d+(?:\.opt-\w+)?\.pyc$/;
const bytecodeBeside = /^(.*\/|)([^/]+)\.pyc$/;

function isBytecodeOnly(change: FileChange, both: Both): boolean {
  if (!both.options.isSemantic || change.aspects?.join() !== 'content') return false;
  const match = cachedBytecode.exec(change.path) ?? bytecodeBeside.exec(change.path);
  if (match === null) return false;
  const source = `${match[1] ?? ''}${match[2] ?? ''}.py`;
  const isThere = both.fat.get(source) !== undefined && both.lean.get(source) !== undefined;
  return isThere && changeAt(source, both) === undefined;
}

function factsOf({ entry, layer }: VisibleEntry): FileFacts {
  const { type, sizeBytes, mode, uid, gid, mtimeSeconds, linkTarget, device, attributes } = entry;
  return {
    type,
    sizeBytes,
    mode,
    uid,
    gid,
    mtimeSeconds,
    ...(linkTarget === undefined ? {} : { linkTarget }),
    ...(device === undefined ? {} : { device }),
    ...(attributes === undefined ? {} : { attributes }),
    layer,
  };
}

function isTimeOnly({ aspects }: FileChange): boolean {
  return aspects?.length === 1 && aspects[0] === 'time';
}

/** Where not all are listed, times take no place from anything else that differs. */
function firstOf(changes: readonly FileChange[], most: number | undefined): readonly FileChange[] {
  if (most === undefined || changes.length <= most) return changes;
  const telling = changes.filter((change) => !isTimeOnly(change));
  return (telling.length > 0 ? telling : changes).slice(0, most);
}

function inOrder(one: FileChange, other: FileChange): number {
  const bytes = ({ fat, lean }: FileChange): number => Math.max(fat?.sizeBytes ?? 0, lean?.sizeBytes ?? 0);
  const late = Number(isTimeOnly(one)) - Number(isTimeOnly(other));
  return late || bytes(other) - bytes(one) || (one.path < other.path ? -1 : 1);
}

type Tallied = 'added' | 'removed' | 'changed' | 'timeOnly' | 'bytecodeOnly';

class Tallies {
  unchangedCount = 0;
  ignoredCount = 0;
  #contentUnknownCount = 0;
  readonly #found: Readonly<Record<Tallied, { count: number; fatBytes: number; leanBytes: number }>> = {
    added: { count: 0, fatBytes: 0, leanBytes: 0 },
    removed: { count: 0, fatBytes: 0, leanBytes: 0 },
    changed: { count: 0, fatBytes: 0, leanBytes: 0 },
    timeOnly: { count: 0, fatBytes: 0, leanBytes: 0 },
    bytecodeOnly: { count: 0, fatBytes: 0, leanBytes: 0 },
  };

  count(change: FileChange, isBytecode: boolean): void {
    const isTime = isTimeOnly(change);
    const tally = this.#found[isBytecode ? 'bytecodeOnly' : isTime ? 'timeOnly' : change.change];
    tally.count += 1;
    tally.fatBytes += change.fat?.sizeBytes ?? 0;
    tally.leanBytes += change.lean?.sizeBytes ?? 0;
    if (isTime && change.isContentUnknown) this.#contentUnknownCount += 1;
  }

  finish(): Omit<FileComparison, 'changes' | 'isComplete'> {
    const { unchangedCount, ignoredCount } = this;
    const timeOnly = { ...this.#found.timeOnly, contentUnknownCount: this.#contentUnknownCount };
    return { ...this.#found, timeOnly, unchangedCount, ignoredCount };
  }
}
