import type { DistroPackage, PackageFiles } from '../distro/index.ts';
import { ownerIndex } from '../distro/index.ts';
import { groupFiles } from './group-of.ts';
import { type Group, groups } from './groups.ts';
import type { ImageSide } from './side.ts';

/** A node of the tree of sizes: image → group → package or distribution → directory → file. */
export interface SizeNode {
  readonly name: string;
  readonly sizeBytes: number;
  readonly fileCount: number;
  /** Largest first; absent for a file and for what was folded. */
  readonly children?: readonly SizeNode[];
  /** Set on the first level only. */
  readonly group?: Group;
  /** True for a node whose bytes the final file system does not show. */
  readonly isDead?: true;
}

/** How much of a tree is kept. */
export interface SizeTreeOptions {
  /** Nodes below this part of the whole are folded into one `… smaller` node beside their larger siblings. Default 1/4000. */
  readonly smallestPart?: number;
  /** A hard limit on nodes, the largest kept. Default 5000. */
  readonly mostNodes?: number;
}

interface Branch {
  sizeBytes: number;
  fileCount: number;
  /** A package keeps its own name; only folders are joined to paths. */
  isPackage: boolean;
  readonly children: Map<string, Branch>;
}

/** The sizes of an image as a tree for a treemap, small nodes folded so that 100,000 files stay a page of a few hundred kilobytes. */
export function sizeTree(side: ImageSide, options: SizeTreeOptions = {}): SizeNode {
  const groupOf = groupFiles(side, side.baseLayerCount);
  const placeOf = packagePlaces(side);
  const tops = new Map(groups.map((group) => [group, newBranch()] as const));
  for (const { entry, layer } of side.root.entries()) {
    if (entry.type !== 'file' || entry.sizeBytes === 0) continue;
    const group = groupOf(entry.path, layer);
    add(tops.get(group), placeOf(entry.path, group), entry.sizeBytes);
  }
  for (const { path, layer, sizeBytes } of side.root.buried) {
    if (sizeBytes > 0)
      add(tops.get(groupOf(path, layer)), { parts: [deadName, ...path.split('/')] }, sizeBytes);
  }
  const total = [...tops.values()].reduce((sum, branch) => sum + branch.sizeBytes, 0);
  const smallest = thresholdFor([...tops.values()], total, options);
  const children = [...tops]
    .filter(([, branch]) => branch.sizeBytes > 0)
    .map(([group, branch]) => ({ ...toNode(group, branch, smallest, true), group }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes);
  const fileCount = children.reduce((sum, child) => sum + child.fileCount, 0);
  return { name: side.name, sizeBytes: total, fileCount, children };
}

// A NUL cannot be in a path, so no directory of an image can be taken for it.
const deadName = '\0dead';

function newBranch(): Branch {
  return { sizeBytes: 0, fileCount: 0, isPackage: false, children: new Map() };
}

/** Where a file hangs in its group. */
interface Place {
  readonly owner?: string;
  readonly parts: readonly string[];
}

function add(top: Branch | undefined, place: Place, sizeBytes: number): void {
  if (top === undefined) return;
  let branch: Branch = top;
  branch.sizeBytes += sizeBytes;
  branch.fileCount += 1;
  const path = place.owner === undefined ? place.parts : [place.owner, ...place.parts];
  for (const name of path) {
    const child: Branch = branch.children.get(name) ?? newBranch();
    branch.children.set(name, child);
    child.sizeBytes += sizeBytes;
    child.fileCount += 1;
    if (place.owner !== undefined && branch === top) child.isPackage = true;
    branch = child;
  }
}

/** A file hangs under its package, then its folders (those above site-packages left out); what no package owns under its folders. */
function packagePlaces(side: ImageSide): (path: string, group: Group) => Place {
  const distributionOf = ownerIndex<PackageFiles>(side.distributions);
  const packageOf = (path: string): DistroPackage | undefined => side.inventory.ownerOf(path);
  return (path, group) => {
    const parts = path.split('/');
    if (group === 'application') return { parts };
    const distribution = distributionOf(path);
    if (distribution !== undefined) {
      const at = parts.findIndex((part) => part === 'site-packages' || part === 'dist-packages');
      const inside = parts.slice(at + 1);
      const isOwnFolder = inside.length > 1 && sameName(inside[0] ?? '', distribution.name);
      return { owner: distribution.name, parts: isOwnFolder ? inside.slice(1) : inside };
    }
    const owner = packageOf(path);
    return owner === undefined ? { parts } : { owner: owner.name, parts };
  };
}

function sameName(folder: string, distribution: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/[-_.]+/g, '');
  return plain(folder) === plain(distribution);
}

function thresholdFor(tops: readonly Branch[], total: number, options: SizeTreeOptions): number {
  const smallest = total * (options.smallestPart ?? 1 / 4000);
  const most = options.mostNodes ?? 5000;
  const sizes: number[] = [];
  const collect = (branch: Branch): void => {
    for (const child of branch.children.values()) {
      if (child.sizeBytes < smallest) continue;
      sizes.push(child.sizeBytes);
      collect(child);
    }
  };
  for (const top of tops) collect(top);
  if (sizes.length <= most) return smallest;
  return sizes.sort((a, b) => b - a)[most] ?? smallest;
}

function toNode(name: string, branch: Branch, smallest: number, isTop = false): SizeNode {
  const isDead = name === deadName;
  const canJoin = !isDead && !isTop && !branch.isPackage && branch.children.size === 1;
  const only = canJoin ? [...branch.children][0] : undefined;
  // A folder that holds nothing but one folder is one place: `usr/lib/x86_64-linux-gnu`.
  if (only !== undefined && only[1].children.size > 0) {
    return toNode(`${name}/${only[0]}`, only[1], smallest);
  }
  const large: SizeNode[] = [];
  const rest = { sizeBytes: 0, fileCount: 0, nodes: 0 };
  for (const [childName, child] of branch.children) {
    if (child.sizeBytes >= smallest) large.push(toNode(childName, child, smallest));
    else {
      rest.sizeBytes += child.sizeBytes;
      rest.fileCount += child.fileCount;
      rest.nodes += 1;
    }
  }
  const facts = {
    name: isDead ? 'dead bytes' : name,
    sizeBytes: branch.sizeBytes,
    fileCount: branch.fileCount,
  };
  const dead = isDead ? { isDead: true as const } : {};
  if (large.length === 0) return { ...facts, ...dead };
  large.sort((a, b) => b.sizeBytes - a.sizeBytes || (a.name < b.name ? -1 : 1));
  if (rest.nodes > 0) {
    large.push({ name: `${rest.nodes} smaller`, sizeBytes: rest.sizeBytes, fileCount: rest.fileCount });
  }
  return { ...facts, ...dead, children: large };
}
