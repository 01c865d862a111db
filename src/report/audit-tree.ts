import type { Audit, AuditDistribution, AuditWasteFile } from '../audit/index.ts';
import { type DistroInventory, ownerIndex } from '../distro/index.ts';
import type { RootFileSystem } from '../filetree/index.ts';
import { type FindingOwner, findingKinds } from '../finding/index.ts';
import {
  type AuditTreeLimits,
  type AuditTreeNode,
  addPart,
  finishTree,
  newBranch,
  type Part,
  type Step,
  type TreeGroup,
  treeGroupTitles,
} from './audit-tree-branch.ts';
import { shortInstruction } from './wording.ts';

/** The same bytes sorted in three ways; each tree's bytes add up to the image's content. */
export interface AuditTrees {
  /** Layer → directories → file. */
  readonly layers: AuditTreeNode;
  /** Kind of package → package → directories → file. */
  readonly packages: AuditTreeNode;
  /** Class → package → directories → file. */
  readonly classes: AuditTreeNode;
}

/** What the trees are made from. */
export interface AuditTreeInput {
  readonly audit: Pick<Audit, 'image' | 'layers' | 'base'>;
  readonly root: RootFileSystem;
  readonly distributions: readonly AuditDistribution[];
  readonly inventory: Pick<DistroInventory, 'ownerOf'>;
  readonly waste: readonly AuditWasteFile[];
}

/**
 * The bytes of an image as trees for a treemap. Files and folders that are too small for the limits are summed up as
 * `1,234 more files` beside their larger siblings, so that no number of files makes a tree of more than a few hundred kilobytes.
 */
export function auditTrees(input: AuditTreeInput, limits: AuditTreeLimits = {}): AuditTrees {
  const [layers, packages, classes] = [newBranch(), newBranch(), newBranch()];
  for (const part of partsOf(input)) {
    const { path, owner } = part;
    const folders = path.split('/');
    addPart(
      layers,
      [{ name: layerName(input.audit, part.layer), layer: part.layer }, ...named(folders)],
      part,
    );
    addPart(packages, [fixed(packageGroup(owner)), ...inPackage(owner, folders)], part);
    addPart(classes, [fixed(classOf(part)), fixed(ownerName(owner)), ...inside(owner, folders)], part);
  }
  const finish = (branch: typeof layers): AuditTreeNode => finishTree(input.audit.image.name, branch, limits);
  return { layers: finish(layers), packages: finish(packages), classes: finish(classes) };
}

function* partsOf(input: AuditTreeInput): Generator<Part> {
  const { audit, root, waste } = input;
  const baseLayerCount = audit.base?.layerCount ?? 0;
  const ownerOf = ownerFinder(input);
  const claims = new Map(
    waste.flatMap((one) => (one.buriedBy === undefined ? [[one.path, one] as const] : [])),
  );
  const common = (
    path: string,
    layer: number,
  ): Pick<Part, 'path' | 'layer' | 'isDead' | 'owner' | 'group'> => {
    const owner = ownerOf(path);
    return { path, layer, isDead: false, owner, group: groupOf(path, owner, layer < baseLayerCount) };
  };
  for (const { entry, layer } of root.entries()) {
    if (entry.type === 'directory') continue;
    const facts = common(entry.path, layer);
    const claim = claims.get(entry.path);
    const rest = entry.sizeBytes - (claim?.sizeBytes ?? 0);
    if (claim !== undefined) yield { ...facts, sizeBytes: claim.sizeBytes, kind: claim.kind };
    if (rest > 0 || claim === undefined) yield { ...facts, sizeBytes: rest };
  }
  for (const { path, layer, sizeBytes, buriedBy, kind } of waste) {
    if (buriedBy !== undefined) {
      yield { ...common(path, layer), sizeBytes, isDead: true, kind };
    }
  }
}

function ownerFinder({
  distributions,
  inventory,
}: AuditTreeInput): (path: string) => FindingOwner | undefined {
  const distributionOf = ownerIndex(distributions);
  return (path) => {
    const distribution = distributionOf(path);
    if (distribution !== undefined) {
      return { kind: 'distribution', name: distribution.name, version: distribution.version };
    }
    const owner = inventory.ownerOf(path);
    return owner && { kind: owner.manager, name: owner.name, version: owner.version };
  };
}

function groupOf(path: string, owner: FindingOwner | undefined, isBase: boolean): TreeGroup {
  if (isBase) return 'base';
  if (owner?.kind === 'distribution' || /(?:^|\/)(?:site|dist)-packages\//.test(path)) {
    return 'python-dependencies';
  }
  return owner === undefined ? 'application' : 'system-packages';
}

const longestInstruction = 90;

function layerName({ layers }: AuditTreeInput['audit'], position: number): string {
  const instruction = layers[position]?.instruction;
  const text = instruction === undefined ? 'layer' : shortInstruction(instruction);
  return `${position} · ${text.length > longestInstruction ? `${text.slice(0, longestInstruction - 1)}…` : text}`;
}

function packageGroup(owner: FindingOwner | undefined): string {
  if (owner === undefined) return 'Of no package';
  return owner.kind === 'distribution' ? 'Python distributions' : `${owner.kind} packages`;
}

function ownerName(owner: FindingOwner | undefined): string {
  return owner === undefined ? 'of no package' : `${owner.name} ${owner.version}`;
}

function inPackage(owner: FindingOwner | undefined, folders: readonly string[]): Step[] {
  return owner === undefined ? named(folders) : [fixed(ownerName(owner)), ...inside(owner, folders)];
}

/** The folders that all of a Python distribution's files share tell nothing. */
function inside(owner: FindingOwner | undefined, folders: readonly string[]): Step[] {
  if (owner?.kind !== 'distribution') return named(folders);
  const at = folders.findIndex((part) => part === 'site-packages' || part === 'dist-packages');
  return named(folders.slice(at + 1));
}

function classOf({ kind, group }: Part): string {
  return kind === undefined ? treeGroupTitles[group] : findingKinds[kind].title;
}

const fixed = (name: string): Step => ({ name, isFixed: true });
const named = (names: readonly string[]): Step[] => names.map((name) => ({ name }));
