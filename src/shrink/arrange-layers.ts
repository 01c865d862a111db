import { type EntryPlace, type LayerEntry, type RootFileSystem, stackLayers } from '../filetree/index.ts';
import type { StripPlan } from './elf/plan-strip.ts';
import { type LayerGroup, layerGroupOf, layerGroups } from './layer-group.ts';
import type { ShrinkSubject } from './pass.ts';
import type { PlannedText } from './plan-dpkg.ts';
import type { PlannedRecord } from './plan-records.ts';
import type { PlannedEdit } from './planned-edit.ts';
import { type RemainingTree, remainingTree } from './remaining-tree.ts';

/** What a file's content becomes. */
export type FileChange = StripPlan | PlannedRecord | PlannedText;

/** One entry of a new layer; `place` is that of the old entry whose metadata it has. */
export type PlannedMember =
  | { readonly kind: 'whiteout'; readonly path: string }
  /** The place is absent for a directory that no layer has an entry for. */
  | {
      readonly kind: 'directory';
      readonly path: string;
      readonly place: EntryPlace | undefined;
      readonly entry: LayerEntry;
    }
  | { readonly kind: 'link'; readonly path: string; readonly place: EntryPlace; readonly target: string }
  | PlannedFile;

/** A file, symlink or device. */
export interface PlannedFile {
  readonly kind: 'file';
  readonly path: string;
  /** The old entry with its content, which the metadata are from, too: entries of hard links may lack the attributes. */
  readonly content: EntryPlace;
  /** What becomes of the content. */
  readonly change?: FileChange;
  /** Stored bytes as far as they are known before the new content is made. */
  readonly sizeBytes: number;
}

/** A new layer. */
export interface PlannedLayer {
  readonly group: LayerGroup;
  /** By path, parents before children. */
  readonly members: readonly PlannedMember[];
  /** Positions of the layers that its content comes from, ascending. */
  readonly from: readonly number[];
  readonly contentBytes: number;
  /** Entries that are neither directories nor whiteouts. */
  readonly fileCount: number;
}

/** What is arranged. */
export interface ArrangeRequest {
  readonly root: RootFileSystem;
  readonly subject: ShrinkSubject;
  readonly baseLayerCount: number;
  readonly edits: readonly PlannedEdit[];
  readonly records: readonly PlannedRecord[];
  readonly texts: readonly PlannedText[];
}

/**
 * Arranges what stays visible on top of the base in one layer for each group, sorted by path: whiteouts for what the old
 * layers took away from the base, the directories above each entry with their own metadata, hard links in the layer
 * of their file. Groups without files give no layer.
 */
export function arrangeLayers(request: ArrangeRequest): PlannedLayer[] {
  const tree = remainingTree(request);
  const members = new Map<LayerGroup, PlannedMember[]>(layerGroups.map((group) => [group, []]));
  const groupOf = layerGroupOf(request.subject);
  const add = (group: LayerGroup, member: PlannedMember): void => void members.get(group)?.push(member);
  for (const { names, content } of clustersOf(request, tree)) {
    const [holder] = names;
    if (holder === undefined) continue;
    for (const member of clusterMembers(request, names, content)) add(groupOf(holder), member);
  }
  addLonelyDirectories(request, tree, (path, member) => add(groupOf(path), member));
  const hidden = whiteouts(request, tree);
  const lowest = layerGroups.find((group) => (members.get(group)?.length ?? 0) > 0) ?? layerGroups[0];
  for (const member of hidden) add(lowest, member);
  return layerGroups.flatMap((group) => {
    const own = members.get(group) ?? [];
    return own.length === 0 ? [] : [finishLayer(group, addDirectories(own, request.root))];
  });
}

/** The names of one content, those that stay, sorted. */
interface Cluster {
  readonly names: readonly string[];
  readonly content: EntryPlace;
}

function* clustersOf(request: ArrangeRequest, tree: RemainingTree): Generator<Cluster> {
  const { root, baseLayerCount } = request;
  const targets = new Map(
    request.edits.flatMap(({ edit }) => (edit.kind === 'link' ? [[edit.path, edit.target] as const] : [])),
  );
  const linked = linkedNames(tree, baseLayerCount, targets);
  const clusterOf = (owner: string, names: string[]): Cluster[] => {
    const content = root.placeOf(owner);
    // A hard link to nothing, or to itself, is no file.
    if (content === undefined || storedEntry(root, content)?.type === 'hardlink') return [];
    return [{ names: names.sort(), content }];
  };
  for (const { layer, entry } of tree.entries()) {
    if (layer < baseLayerCount || entry.type === 'directory' || entry.type === 'hardlink') continue;
    if (targets.has(entry.path)) continue;
    yield* clusterOf(entry.path, [entry.path, ...(linked.get(entry.path) ?? [])]);
    linked.delete(entry.path);
  }
  // The file that these are links to goes, or is one of the base.
  for (const [owner, names] of linked) yield* clusterOf(owner, names);
}

/** The hard links that are written, by the file whose content they show. */
function linkedNames(
  tree: RemainingTree,
  baseLayerCount: number,
  targets: ReadonlyMap<string, string>,
): Map<string, string[]> {
  const linked = new Map<string, string[]>();
  for (const { layer, entry } of tree.entries()) {
    if (layer < baseLayerCount) continue;
    const owner = targets.get(entry.path) ?? (entry.type === 'hardlink' ? entry.linkTarget : undefined);
    if (owner === undefined) continue;
    const known = linked.get(owner);
    if (known === undefined) linked.set(owner, [entry.path]);
    else known.push(entry.path);
  }
  return linked;
}

function clusterMembers(
  request: ArrangeRequest,
  names: readonly string[],
  content: EntryPlace,
): PlannedMember[] {
  const { root, baseLayerCount } = request;
  const changes = changesOf(request);
  let holder: string | undefined;
  return names.flatMap((path): PlannedMember[] => {
    const place = root.placeOf(path);
    if (place === undefined) return [];
    const change = changes.get(path);
    const isBaseContent = content.layer < baseLayerCount;
    const target = isBaseContent ? root.get(path)?.entry.linkTarget : holder;
    // A list that is written anew is no longer the file that other names show.
    const isOwn = change !== undefined && !('pieces' in change);
    if (target !== undefined && !isOwn) {
      return [{ kind: 'link', path, place: isBaseContent ? place : content, target }];
    }
    if (!isOwn) holder = path;
    const sizeBytes = changedBytes(change) ?? storedEntry(root, content)?.sizeBytes ?? 0;
    return [{ kind: 'file', path, content, ...(change && { change }), sizeBytes }];
  });
}

/** Of a RECORD nobody knows before it is written. */
function changedBytes(change: FileChange | undefined): number | undefined {
  if (change === undefined || 'location' in change) return undefined;
  return 'pieces' in change ? change.sizeBytes : change.newText.length;
}

function storedEntry(root: RootFileSystem, { layer, position }: EntryPlace): LayerEntry | undefined {
  return root.layers[layer]?.entry(position);
}

type Changes = ReadonlyMap<string, FileChange>;

const changesOfRequest = new WeakMap<ArrangeRequest, Changes>();

function changesOf(request: ArrangeRequest): Changes {
  const known = changesOfRequest.get(request);
  if (known !== undefined) return known;
  const changes = new Map<string, FileChange>(
    [...request.records, ...request.texts].map((one) => [one.path, one]),
  );
  for (const { edit } of request.edits) if (edit.kind === 'strip') changes.set(edit.path, edit.plan);
  changesOfRequest.set(request, changes);
  return changes;
}

/** Directories that the old layers brought, or gave other metadata, and that nothing lies in that is written. */
function addLonelyDirectories(
  { root, baseLayerCount }: ArrangeRequest,
  tree: RemainingTree,
  add: (path: string, member: PlannedMember) => void,
): void {
  const above = new Set<string>();
  for (const { layer, entry } of tree.entries()) {
    if (layer < baseLayerCount || entry.type === 'directory') continue;
    for (const parent of parentsOf(entry.path)) above.add(parent);
  }
  const rootPlace = root.placeOf('');
  const rootEntry = root.get('')?.entry;
  if (rootPlace !== undefined && rootEntry !== undefined && rootPlace.layer >= baseLayerCount) {
    add('', { kind: 'directory', path: '', place: rootPlace, entry: rootEntry });
  }
  for (const { layer, entry } of tree.entries()) {
    const { path } = entry;
    if (entry.type !== 'directory' || layer < baseLayerCount || above.has(path)) continue;
    add(`${path}/`, { kind: 'directory', path, place: root.placeOf(path), entry });
  }
}

/** One whiteout for each path of the base that is gone while the directory around it is still there. */
function whiteouts({ root, baseLayerCount }: ArrangeRequest, tree: RemainingTree): PlannedMember[] {
  if (baseLayerCount === 0) return [];
  const found: PlannedMember[] = [];
  for (const { entry } of stackLayers(root.layers.slice(0, baseLayerCount), {
    forgetsEntries: true,
  }).entries()) {
    if (tree.has(entry.path)) continue;
    const slash = entry.path.lastIndexOf('/');
    const parent = entry.path.slice(0, Math.max(slash, 0));
    const isThere = parent === '' || (tree.has(parent) && root.get(parent)?.entry.type === 'directory');
    const name = entry.path.slice(slash + 1);
    if (isThere) found.push({ kind: 'whiteout', path: `${entry.path.slice(0, slash + 1)}.wh.${name}` });
  }
  return found;
}

/** Adds every directory above, so that no engine has to make one of its own, and sorts by path. */
function addDirectories(members: PlannedMember[], root: RootFileSystem): PlannedMember[] {
  const there = new Set(members.flatMap(({ kind, path }) => (kind === 'directory' ? [path] : [])));
  for (const { path } of members.slice()) {
    for (const parent of parentsOf(path)) {
      if (there.has(parent)) break;
      const entry = root.get(parent)?.entry;
      if (entry === undefined) continue;
      there.add(parent);
      members.push({ kind: 'directory', path: parent, place: root.placeOf(parent), entry });
    }
  }
  return members.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** `a/b` and `a` for `a/b/c`. */
function* parentsOf(path: string): Generator<string> {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1))
    yield path.slice(0, slash);
}

function finishLayer(group: LayerGroup, members: readonly PlannedMember[]): PlannedLayer {
  const from = new Set<number>();
  let contentBytes = 0;
  let fileCount = 0;
  for (const member of members) {
    if (member.kind === 'file') {
      contentBytes += member.sizeBytes;
      from.add(member.content.layer);
    }
    if (member.kind === 'file' || member.kind === 'link') fileCount += 1;
  }
  return { group, members, from: [...from].sort((one, other) => one - other), contentBytes, fileCount };
}
