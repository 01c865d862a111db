import type { DistroInventory } from '../distro/index.ts';
import { ownerIndex } from '../distro/index.ts';
import type { EntryPlace, RootFileSystem } from '../filetree/index.ts';
import type { ImageConfig } from '../image/index.ts';
import type { InstalledDistribution } from '../python/index.ts';
import { arrangeLayers, type PlannedLayer } from './arrange-layers.ts';
import { filesBelow } from './files-below.ts';
import { keptUnits, unitOf } from './kept-units.ts';
import type { LeftAlone, ShrinkEdit, ShrinkPass, ShrinkSubject } from './pass.ts';
import { planDpkgTexts } from './plan-dpkg.ts';
import { contentPlace, type PlannedRecord, planRecords, recordOf } from './plan-records.ts';
import type { PlannedEdit } from './planned-edit.ts';
import type { Study } from './study.ts';
import { type TakenBack, takeBack } from './take-back.ts';

/** What a plan is made from. */
export interface PlanRequest {
  readonly root: RootFileSystem;
  readonly config: ImageConfig;
  readonly distributions: readonly InstalledDistribution[];
  readonly inventory: DistroInventory;
  readonly study: Study;
  /** How many of the lowest layers stay as they are. */
  readonly baseLayerCount: number;
  readonly passes: readonly ShrinkPass[];
  /** Sources of the modules that a start loads, where that is known: their bytecode stays. */
  readonly traced?: ReadonlySet<string> | undefined;
  /** True for a path that its user wants to stay. */
  readonly isKept: (path: string) => boolean;
}

/** What is left alone, with the pass that would have taken it. */
export interface PassLeftAlone extends LeftAlone {
  readonly pass: string;
}

/** What a shrunk image is made of; pure data. */
export interface ShrinkPlan {
  readonly edits: readonly PlannedEdit[];
  readonly takenBack: readonly TakenBack[];
  readonly leftAlone: readonly PassLeftAlone[];
  /** What passes found in the base's layers, which stay, by pass. */
  readonly inBase: ReadonlyMap<string, { readonly fileCount: number; readonly sizeBytes: number }>;
  readonly records: readonly PlannedRecord[];
  /** The layers on top of the base, lowest first. */
  readonly layers: readonly PlannedLayer[];
}

/** Decides what goes, proves it, and arranges what stays in new layers. */
export function planShrink(request: PlanRequest): ShrinkPlan {
  const subject = subjectOf(request);
  const found = runPasses(request, subject);
  const { edits, takenBack } = takeBack(subject, found.edits);
  const counted = countSavings(request.root, dropSharedStrips(request.root, edits));
  const records = planRecords(subject, counted);
  const texts = planDpkgTexts(request.root, counted);
  const layers = arrangeLayers({ ...request, subject, edits: counted, records, texts });
  const leftAlone = found.leftAlone.filter(({ path }) => isLeft(request.root, path, counted));
  return { edits: counted, takenBack, leftAlone, inBase: found.inBase, records, layers };
}

function subjectOf(request: PlanRequest): ShrinkSubject {
  const { root, config, distributions, inventory, study, traced } = request;
  return {
    root,
    config,
    distributions,
    inventory,
    study,
    traced,
    distributionOf: ownerIndex(distributions),
    packageOf: (path) => inventory.ownerOf(path),
  };
}

type FoundEdits = Pick<ShrinkPlan, 'edits' | 'leftAlone' | 'inBase'>;

function runPasses(request: PlanRequest, subject: ShrinkSubject): FoundEdits {
  const { root, baseLayerCount, isKept } = request;
  const taken = new Map<string, PlannedEdit>();
  const leftAlone: PassLeftAlone[] = [];
  const inBase = new Map<string, { fileCount: number; sizeBytes: number }>();
  const whole = wholeUnits(request, subject);
  for (const pass of request.passes) {
    const result = pass.find(subject);
    leftAlone.push(...result.leftAlone.map((one) => ({ pass: pass.name, ...one })));
    const kept = keptUnits(result.edits, {
      root,
      baseLayerCount,
      because: (edit) => (isKept(edit.path) ? 'it is to be kept' : whole(edit)),
    });
    leftAlone.push(...[...kept].map(([path, because]) => ({ pass: pass.name, path, because })));
    for (const edit of result.edits) {
      const place = root.placeOf(edit.path);
      if (place === undefined || taken.has(edit.path) || kept.has(unitOf(edit))) continue;
      if (edit.kind === 'link' && taken.has(edit.target)) continue;
      if (place.layer >= baseLayerCount) {
        taken.set(edit.path, {
          pass: pass.name,
          edit,
          ...storedPlace(root, edit.path, place),
          savedBytes: 0,
        });
        continue;
      }
      const sum = inBase.get(pass.name) ?? { fileCount: 0, sizeBytes: 0 };
      inBase.set(pass.name, { fileCount: sum.fileCount + 1, sizeBytes: sum.sizeBytes + bytesOf(root, edit) });
    }
  }
  return { edits: [...taken.values()], leftAlone, inBase };
}

/** Where the content behind a name can be had again. */
function storedPlace(
  root: RootFileSystem,
  path: string,
  place: EntryPlace,
): Pick<PlannedEdit, 'layer' | 'storedAs'> {
  const { layer, position } = contentPlace(root, path) ?? place;
  // Within one layer, whoever unpacks it has the link as well.
  if (layer === place.layer) return { layer };
  const storedAs = root.layers[layer]?.entry(position)?.path;
  return { layer, ...(storedAs !== undefined && { storedAs }) };
}

/** Says why the list of files that a distribution comes with could not follow a change of one of them. */
function wholeUnits(
  { root, baseLayerCount }: PlanRequest,
  subject: ShrinkSubject,
): (edit: ShrinkEdit) => string | undefined {
  return (edit) => {
    const { kind, path } = edit;
    // A link has the content that is listed.
    if (kind === 'link') return undefined;
    // Its list goes with it.
    if (kind === 'remove' && edit.whole !== undefined) return undefined;
    const distribution = subject.distributionOf(path);
    if (distribution === undefined || subject.packageOf(path) !== undefined) return undefined;
    const record = recordOf(distribution);
    if (record === undefined) return undefined;
    if (record.endsWith('/installed-files.txt')) return `${record} lists it, which is not written anew`;
    const layer = root.placeOf(record)?.layer ?? -1;
    const own = root.placeOf(path)?.layer ?? -1;
    return own >= baseLayerCount && layer < baseLayerCount
      ? `${record} lies in a layer of the base`
      : undefined;
  };
}

function bytesOf(root: RootFileSystem, edit: ShrinkEdit): number {
  const entry = root.get(edit.path)?.entry;
  const sizeBytes = root.sizeOf(edit.kind === 'strip' ? (entry?.linkTarget ?? edit.path) : edit.path) ?? 0;
  return edit.kind === 'strip' ? sizeBytes - edit.plan.sizeBytes : sizeBytes;
}

/** Content is gone when all of its names are; which of them counts makes no difference. */
function countSavings(root: RootFileSystem, edits: readonly PlannedEdit[]): PlannedEdit[] {
  const gone = gonePaths(edits);
  const needed = new Set<string>();
  for (const { entry } of root.entries()) {
    if (entry.type === 'hardlink' && !gone.has(entry.path)) needed.add(entry.linkTarget ?? '');
  }
  return edits.map((one) => ({
    ...one,
    savedBytes: needed.has(one.edit.path) ? 0 : bytesOf(root, one.edit),
  }));
}

/** A library that other names show, too, stays as it is: what they belong to would not know of the change. */
function dropSharedStrips(root: RootFileSystem, edits: readonly PlannedEdit[]): PlannedEdit[] {
  const gone = gonePaths(edits);
  const ownerOf = (path: string): string => root.get(path)?.entry.linkTarget ?? path;
  const names = new Map<string, number>();
  for (const { edit } of edits) if (edit.kind === 'strip') names.set(ownerOf(edit.path), 0);
  for (const { entry } of root.entries()) {
    const owner = entry.type === 'hardlink' ? (entry.linkTarget ?? '') : entry.path;
    const known = names.get(owner);
    if (known !== undefined && !gone.has(entry.path)) names.set(owner, known + 1);
  }
  return edits.filter(({ edit }) => edit.kind !== 'strip' || names.get(ownerOf(edit.path)) === 1);
}

/** False where another pass took the file, or all in the folder. */
function isLeft(root: RootFileSystem, path: string, edits: readonly PlannedEdit[]): boolean {
  const gone = gonePaths(edits);
  if (root.get(path)?.entry.type !== 'directory') return !gone.has(path);
  return [...filesBelow(root, path)].some(({ entry }) => !gone.has(entry.path));
}

const goneOf = new WeakMap<readonly PlannedEdit[], ReadonlySet<string>>();

function gonePaths(edits: readonly PlannedEdit[]): ReadonlySet<string> {
  const known =
    goneOf.get(edits) ?? new Set(edits.flatMap(({ edit }) => (edit.kind === 'remove' ? [edit.path] : [])));
  goneOf.set(edits, known);
  return known;
}
