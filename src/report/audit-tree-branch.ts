import type { FindingKind, FindingOwner } from '../finding/index.ts';

/** Whose bytes a rectangle shows. */
export const treeGroups = ['base', 'system-packages', 'python-dependencies', 'application'] as const;

/** One of the groups. */
export type TreeGroup = (typeof treeGroups)[number];

/** What the groups are called. */
export const treeGroupTitles: Readonly<Record<TreeGroup, string>> = {
  base: 'Base image',
  'system-packages': 'System packages',
  'python-dependencies': 'Python distributions',
  application: 'Everything else',
};

/** A rectangle of a treemap. */
export interface AuditTreeNode {
  readonly name: string;
  readonly sizeBytes: number;
  readonly fileCount: number;
  /** Of `sizeBytes`. */
  readonly deadBytes: number;
  /** Of `sizeBytes`. */
  readonly avoidableBytes: number;
  /** The group that most of the bytes are in. */
  readonly group: TreeGroup;
  /** Where all of its waste is of one kind. */
  readonly wasteKind?: FindingKind;
  /** Position of the layer, in the rectangle of one. */
  readonly layer?: number;
  /** Largest first; absent for a file, for files that were summed up, and for a folder that holds such files only. */
  readonly children?: readonly AuditTreeNode[];
}

/** How much of each tree is kept; the largest are. */
export interface AuditTreeLimits {
  /** Default 5000. */
  readonly mostNodes?: number;
  /** Of all names together. Default 200,000. */
  readonly mostCharacters?: number;
}

/** A file, or what of it is waste and what is not. */
export interface Part {
  readonly path: string;
  readonly layer: number;
  readonly sizeBytes: number;
  readonly isDead: boolean;
  readonly kind?: FindingKind;
  readonly owner: FindingOwner | undefined;
  readonly group: TreeGroup;
}

/** One level of a tree. */
export interface Step {
  readonly name: string;
  /** Is no folder: never joined with what is below it. */
  readonly isFixed?: true;
  readonly layer?: number;
}

/** A node while bytes are still counted. */
export interface Branch {
  readonly step: Step;
  sizeBytes: number;
  fileCount: number;
  deadBytes: number;
  avoidableBytes: number;
  /** Undefined without waste, `mixed` where it is of several kinds. */
  wasteKind: FindingKind | 'mixed' | undefined;
  readonly groupBytes: number[];
  readonly children: Map<string, Branch>;
  /** The last file that was counted: two parts of a file are one file. */
  lastPath: string;
}

/** A node without bytes. */
export function newBranch(step: Step = { name: '' }): Branch {
  return {
    step,
    sizeBytes: 0,
    fileCount: 0,
    deadBytes: 0,
    avoidableBytes: 0,
    wasteKind: undefined,
    groupBytes: treeGroups.map(() => 0),
    children: new Map(),
    lastPath: '',
  };
}

/** Counts a part in a tree, and in every node on the way to its place. */
export function addPart(top: Branch, steps: readonly Step[], part: Part): void {
  let branch = top;
  count(branch, part);
  for (const step of steps) {
    let child = branch.children.get(step.name);
    if (child === undefined) {
      child = newBranch(step);
      branch.children.set(step.name, child);
    }
    count(child, part);
    branch = child;
  }
}

function count(branch: Branch, { path, sizeBytes, isDead, kind, group }: Part): void {
  branch.sizeBytes += sizeBytes;
  if (isDead || branch.lastPath !== path) branch.fileCount += 1;
  branch.lastPath = path;
  const at = treeGroups.indexOf(group);
  branch.groupBytes[at] = (branch.groupBytes[at] ?? 0) + sizeBytes;
  if (kind === undefined) return;
  if (isDead) branch.deadBytes += sizeBytes;
  else branch.avoidableBytes += sizeBytes;
  branch.wasteKind = branch.wasteKind === undefined || branch.wasteKind === kind ? kind : 'mixed';
}

/** The tree as it is shown: its largest nodes, the others summed up. */
export function finishTree(name: string, top: Branch, limits: AuditTreeLimits): AuditTreeNode {
  return toNode(name, top, largest(top, limits));
}

/** The branches that are kept: the largest, and with each one all above it. */
function largest(
  top: Branch,
  { mostNodes = 5000, mostCharacters = 200_000 }: AuditTreeLimits,
): ReadonlySet<Branch> {
  const all: Branch[] = [];
  const collect = (branch: Branch): void => {
    for (const child of branch.children.values()) {
      all.push(child);
      collect(child);
    }
  };
  collect(top);
  // The order of equals stays: what holds a branch comes before it.
  all.sort((a, b) => b.sizeBytes - a.sizeBytes);
  const kept = new Set<Branch>();
  let characters = 0;
  for (const branch of all.slice(0, mostNodes)) {
    characters += branch.step.name.length;
    if (characters > mostCharacters) break;
    kept.add(branch);
  }
  return kept;
}

function toNode(name: string, branch: Branch, kept: ReadonlySet<Branch>): AuditTreeNode {
  const [only] = branch.children.size === 1 ? branch.children.values() : [];
  // A folder that holds nothing but one folder is one place: `usr/lib/x86_64-linux-gnu`.
  if (only !== undefined && canJoin(branch) && kept.has(only) && only.children.size > 0) {
    return toNode(`${name}/${only.step.name}`, only, kept);
  }
  const rest = newBranch();
  const children: AuditTreeNode[] = [];
  for (const child of branch.children.values()) {
    if (kept.has(child)) children.push(toNode(child.step.name, child, kept));
    else merge(rest, child);
  }
  const facts = factsOf(name, branch);
  if (children.length === 0) return facts;
  children.sort((a, b) => b.sizeBytes - a.sizeBytes || (a.name < b.name ? -1 : 1));
  if (rest.fileCount > 0) {
    const title =
      rest.fileCount === 1 ? '1 more file' : `${rest.fileCount.toLocaleString('en-US')} more files`;
    children.push(factsOf(title, rest));
  }
  return { ...facts, children };
}

function canJoin({ step }: Branch): boolean {
  return step.name !== '' && step.isFixed !== true && step.layer === undefined;
}

function merge(sum: Branch, one: Branch): void {
  sum.sizeBytes += one.sizeBytes;
  sum.fileCount += one.fileCount;
  sum.deadBytes += one.deadBytes;
  sum.avoidableBytes += one.avoidableBytes;
  one.groupBytes.forEach((bytes, i) => {
    sum.groupBytes[i] = (sum.groupBytes[i] ?? 0) + bytes;
  });
  if (one.wasteKind === undefined) return;
  sum.wasteKind = sum.wasteKind === undefined || sum.wasteKind === one.wasteKind ? one.wasteKind : 'mixed';
}

function factsOf(name: string, branch: Branch): AuditTreeNode {
  const { sizeBytes, fileCount, deadBytes, avoidableBytes, groupBytes, wasteKind, step } = branch;
  const main = groupBytes.indexOf(Math.max(...groupBytes));
  return {
    name,
    sizeBytes,
    fileCount,
    deadBytes,
    avoidableBytes,
    group: treeGroups[main] ?? 'application',
    ...(wasteKind === undefined || wasteKind === 'mixed' ? {} : { wasteKind }),
    ...(step.layer === undefined ? {} : { layer: step.layer }),
  };
}
