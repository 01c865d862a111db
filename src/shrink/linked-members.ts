import type { EntryPlace, LayerEntry, RootFileSystem } from '../filetree/index.ts';
import type { ArrangeRequest } from './arrange-request.ts';
import type { LayerGroup } from './layer-group.ts';
import type { FileChange, PlannedMember } from './planned-member.ts';
import type { RemainingTree } from './remaining-tree.ts';

/** An entry of a new layer, and which layer that is. */
export interface GroupedMember {
  readonly group: LayerGroup;
  readonly member: PlannedMember;
}

/** The entries of all contents that have several names, by path: they lie in the layer of the first name. */
export function linkedMembers(
  request: ArrangeRequest,
  tree: RemainingTree,
  groupOf: (path: string) => LayerGroup,
): ReadonlyMap<string, GroupedMember> {
  const found = new Map<string, GroupedMember>();
  for (const { names, content } of clustersOf(request, tree)) {
    const group = groupOf(names[0] ?? '');
    for (const member of clusterMembers(request, names, content)) found.set(member.path, { group, member });
  }
  return found;
}

/** The entry of a file with one name; undefined where there is no such file. */
export function plainMember(request: ArrangeRequest, path: string): PlannedMember | undefined {
  const content = request.root.placeOf(path);
  return content && clusterMembers(request, [path], content)[0];
}

/** The names of one content, those that stay, sorted. */
interface Cluster {
  readonly names: readonly string[];
  readonly content: EntryPlace;
}

/** The contents that several names show, or other names than that of their file. */
function* clustersOf(request: ArrangeRequest, tree: RemainingTree): Generator<Cluster> {
  const { root, baseLayerCount } = request;
  const targets = new Map(
    request.edits.flatMap(({ edit }) => (edit.kind === 'link' ? [[edit.path, edit.target] as const] : [])),
  );
  for (const [owner, names] of linkedNames(tree, baseLayerCount, targets)) {
    const content = root.placeOf(owner);
    // A hard link to nothing, or to itself, is no file.
    if (content === undefined || storedEntry(root, content)?.type === 'hardlink') continue;
    // The file itself may go, or be one of the base.
    const visible = tree.has(owner) ? root.get(owner) : undefined;
    const isWritten =
      visible !== undefined &&
      visible.layer >= baseLayerCount &&
      visible.entry.type !== 'hardlink' &&
      !targets.has(owner);
    yield { names: [...(isWritten ? [owner] : []), ...names].sort(), content };
  }
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

/** The entries that show a content: the file under the first name, and links to it under the others. */
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
