import { stackLayers, type VisibleEntry } from '../filetree/index.ts';
import type { ArrangeRequest } from './arrange-request.ts';
import { type LayerGroup, layerGroupOf, layerGroups } from './layer-group.ts';
import { linkedMembers, plainMember } from './linked-members.ts';
import { type MemberList, memberList } from './member-list.ts';
import type { PlannedMember } from './planned-member.ts';
import { type RemainingTree, remainingTree } from './remaining-tree.ts';

/** A new layer. */
export interface PlannedLayer {
  readonly group: LayerGroup;
  /** By path, parents before children. */
  readonly members: Iterable<PlannedMember>;
  /** Positions of the layers that its content comes from, ascending. */
  readonly from: readonly number[];
  readonly contentBytes: number;
  /** Entries that are neither directories nor whiteouts. */
  readonly fileCount: number;
}

/**
 * Arranges what stays visible on top of the base in one layer for each group, sorted by path: whiteouts for what the old
 * layers took away from the base, the directories above each entry with their own metadata, hard links in the layer
 * of their file. Groups without files give no layer.
 */
export function arrangeLayers(request: ArrangeRequest): PlannedLayer[] {
  const tree = remainingTree(request);
  const groupOf = layerGroupOf(request.subject);
  const linked = linkedMembers(request, tree, groupOf);
  const above = foldersAbove(request, tree);
  const groupAt = ({ entry: { path, type }, layer }: VisibleEntry): LayerGroup | undefined => {
    const known = linked.get(path);
    if (known !== undefined) return known.group;
    if (layer < request.baseLayerCount || type === 'hardlink') return undefined;
    if (type !== 'directory') return groupOf(path);
    // A directory that something lies in comes with that.
    return above.has(path) ? undefined : groupOf(`${path}/`);
  };
  const memberAt = (path: string): PlannedMember | undefined =>
    linked.get(path)?.member ?? plainMember(request, path);
  const lists = listMembers(request, { tree, groupAt, memberAt });
  return layerGroups.flatMap((group) => {
    const members = lists.get(group);
    if (members === undefined || members.length === 0) return [];
    const { contentBytes, fileCount } = members;
    return [{ group, members, from: members.from(), contentBytes, fileCount }];
  });
}

/** The directories that an entry of the old layers lies in which is no directory itself. */
function foldersAbove({ baseLayerCount }: ArrangeRequest, tree: RemainingTree): ReadonlySet<string> {
  const above = new Set<string>();
  for (const { layer, entry } of tree.entries()) {
    if (layer < baseLayerCount || entry.type === 'directory') continue;
    for (const parent of parentsOf(entry.path)) {
      if (above.has(parent)) break;
      above.add(parent);
    }
  }
  return above;
}

/** What stays, and where each of it goes. */
interface Arrangement {
  readonly tree: RemainingTree;
  /** The layer that an entry is written to for its own sake; undefined for none. */
  readonly groupAt: (visible: VisibleEntry) => LayerGroup | undefined;
  readonly memberAt: (path: string) => PlannedMember | undefined;
}

/** Lists what each layer has, by path: with every directory above, so that no engine has to make one of its own. */
function listMembers(
  request: ArrangeRequest,
  { tree, groupAt, memberAt }: Arrangement,
): ReadonlyMap<LayerGroup, MemberList> {
  const { root, baseLayerCount } = request;
  const lists = new Map(layerGroups.map((group) => [group, memberList(root.layers)]));
  const add = (group: LayerGroup, member: PlannedMember | undefined): void => {
    if (member !== undefined) lists.get(group)?.add(member);
  };
  const folders = groupsByFolder();
  for (const visible of tree.entries()) folders.add(visible.entry.path, groupAt(visible));
  const top = { entry: root.get('')?.entry, place: root.placeOf('') };
  const isTopWritten = top.place !== undefined && top.place.layer >= baseLayerCount;
  const topGroup = isTopWritten ? layerGroupOf(request.subject)('') : undefined;
  const lowest = layerGroups.find((group) => group === topGroup || folders.has(group)) ?? layerGroups[0];
  const hidden = whiteouts(request, tree);
  for (const path of hidden) folders.add(path, lowest);
  if (topGroup !== undefined && top.entry !== undefined)
    add(topGroup, { kind: 'directory', path: '', place: top.place, entry: top.entry });
  const hide = (path: string): void => add(lowest, { kind: 'whiteout', path });
  let hiddenCount = 0;
  for (const visible of tree.sorted()) {
    const { entry } = visible;
    const { path } = entry;
    for (; (hidden[hiddenCount] ?? path) < path; hiddenCount++) hide(hidden[hiddenCount] ?? '');
    const group = groupAt(visible);
    if (entry.type === 'directory') {
      for (const one of layerGroups)
        if (one === group || folders.has(one, path))
          add(one, { kind: 'directory', path, place: root.placeOf(path), entry });
    } else if (group !== undefined) add(group, memberAt(path));
  }
  for (const path of hidden.slice(hiddenCount)) hide(path);
  return lists;
}

/** Which layers have something in a directory. */
interface FolderGroups {
  /** Notes that an entry goes into a layer, if any. */
  add(path: string, group: LayerGroup | undefined): void;
  /** Whether the layer has anything in that directory, or anywhere. */
  has(group: LayerGroup, folder?: string): boolean;
}

function groupsByFolder(): FolderGroups {
  // A bit for each group.
  const folders = new Map<string, number>();
  return {
    add(path, group) {
      if (group === undefined) return;
      const bit = 1 << layerGroups.indexOf(group);
      folders.set('', (folders.get('') ?? 0) | bit);
      for (const parent of parentsOf(path)) {
        const bits = folders.get(parent) ?? 0;
        if ((bits & bit) !== 0) break;
        folders.set(parent, bits | bit);
      }
    },
    has: (group, folder = '') => (((folders.get(folder) ?? 0) >> layerGroups.indexOf(group)) & 1) === 1,
  };
}

/** The paths of whiteouts, sorted: one for each path of the base that is gone while the directory around it is still there. */
function whiteouts({ root, baseLayerCount }: ArrangeRequest, tree: RemainingTree): string[] {
  if (baseLayerCount === 0) return [];
  const found: string[] = [];
  for (const { entry } of stackLayers(root.layers.slice(0, baseLayerCount), {
    forgetsEntries: true,
  }).entries()) {
    if (tree.has(entry.path)) continue;
    const slash = entry.path.lastIndexOf('/');
    const parent = entry.path.slice(0, Math.max(slash, 0));
    const isThere = parent === '' || (tree.has(parent) && root.get(parent)?.entry.type === 'directory');
    const name = entry.path.slice(slash + 1);
    if (isThere) found.push(`${entry.path.slice(0, slash + 1)}.wh.${name}`);
  }
  return found.sort();
}

/** `a/b` and `a` for `a/b/c`. */
function* parentsOf(path: string): Generator<string> {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1))
    yield path.slice(0, slash);
}
