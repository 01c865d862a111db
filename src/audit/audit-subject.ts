import type { DistroInventory, DistroPackage, PackageFiles } from '../distro/index.ts';
import { ownerIndex } from '../distro/index.ts';
import type { DuplicateGroup, RootFileSystem } from '../filetree/index.ts';
import { type FindingOwner, redactInstruction } from '../finding/index.ts';
import { type FoundBase, findBase, type Image, type Layer } from '../image/index.ts';
import { bytecodeJudge, type JudgeBytecode, sourcePath } from './bytecode-use.ts';

/** A Python distribution as an audit looks at it. */
export interface AuditDistribution extends PackageFiles {
  /** The folder that holds it: `opt/venv/lib/python3.11/site-packages`. */
  readonly location?: string;
  /** Normalised names that it requires whatever the extras. */
  readonly requires?: readonly string[];
  /** Console scripts and plugin groups: `console_scripts` → [`uvicorn`]. */
  readonly entryPoints?: Readonly<Record<string, readonly string[]>>;
}

/** What a layer that is stored uncompressed takes up as a gzip blob. */
export interface LayerCompression {
  readonly sizeBytes: number;
  /** Worked out from samples of the layer. */
  readonly isEstimated: boolean;
}

/** What an audit works on; everything is read already. */
export interface AuditRequest {
  readonly image: Pick<Image, 'name' | 'digest' | 'platform' | 'config' | 'layers'>;
  readonly root: RootFileSystem;
  readonly inventory: DistroInventory;
  /** The Python distributions installed in the root file system, with visible paths. */
  readonly distributions: readonly AuditDistribution[];
  /** Visible files of equal content, where they were compared. */
  readonly duplicates?: readonly DuplicateGroup[];
  /** How many of the lowest layers are the base image's, where the caller knows; found out otherwise. */
  readonly baseLayerCount?: number;
  /** The uncompressed layers' digests of the base image, lowest first, where the caller has it at hand. */
  readonly baseDiffIds?: readonly string[];
  /** What the caller calls the base image. */
  readonly baseName?: string;
  /** What the layers take up as gzip blobs, lowest first, where they are stored uncompressed and somebody knows. */
  readonly compressed?: readonly (LayerCompression | undefined)[];
  /** Foreign layers whose bytes the source does not hold: they count as empty, and the audit says so. */
  readonly absentLayers?: readonly Pick<Layer, 'diffId' | 'urls'>[];
  /** What the image will run on, where its user said so; otherwise the image's own signs decide. */
  readonly target?: 'cpu' | 'gpu';
}

/** A request with what several detectors ask for. */
export interface AuditSubject extends AuditRequest {
  /** Where the base image ends; undefined where nothing tells. */
  readonly base: FoundBase | undefined;
  /** Who owns a visible path; a Python distribution before a system package. */
  distributionOf(path: string): AuditDistribution | undefined;
  packageOf(path: string): DistroPackage | undefined;
  /** The same owner is always the same object. */
  ownerOf(path: string): FindingOwner | undefined;
  /** Whether Python loads a compiled module. */
  readonly bytecodeUse: JudgeBytecode;
  /** The instruction that made a layer, secrets masked. */
  instructionOf(layer: number): string | undefined;
}

/** Prepares the look-ups of an audit, once for a request. */
export function auditSubject(request: AuditRequest): AuditSubject {
  const known = subjects.get(request);
  if (known !== undefined) return known;
  const subject = newSubject(request);
  subjects.set(request, subject);
  return subject;
}

/** The audit, its groups and its pages look at the same request, one after the other. */
const subjects = new WeakMap<AuditRequest, AuditSubject>();

function newSubject(request: AuditRequest): AuditSubject {
  const distributionOf = onceAPath(ownerIndex(request.distributions));
  const packageOf = onceAPath((path): DistroPackage | undefined => request.inventory.ownerOf(path));
  const instructions = request.image.layers.map(({ createdBy }) =>
    createdBy === undefined ? undefined : redactInstruction(createdBy),
  );
  const named = ownerNamer();
  const ownerOf = (path: string): FindingOwner | undefined => {
    const distribution = distributionOf(path);
    if (distribution !== undefined) return named('distribution', distribution);
    const owner = packageOf(path);
    return owner && named(owner.manager, owner);
  };
  return {
    ...request,
    base: findBase(request),
    distributionOf,
    packageOf,
    bytecodeUse: bytecodeJudge(request),
    ownerOf: (path) => ownerOf(path) ?? ownerOf(sourcePath(path)),
    instructionOf: (layer) => instructions[layer],
  };
}

/** Names packages; those of one kind, name and version are one object, by which files are grouped. */
function ownerNamer(): (kind: FindingOwner['kind'], one: PackageFiles) => FindingOwner {
  const byText = new Map<string, FindingOwner>();
  const byPackage = new Map<PackageFiles, FindingOwner>();
  return (kind, one) => {
    const known = byPackage.get(one);
    if (known !== undefined) return known;
    const { name, version } = one;
    const text = `${kind} ${name} ${version}`;
    const owner = byText.get(text) ?? { kind, name, version };
    byText.set(text, owner);
    byPackage.set(one, owner);
    return owner;
  };
}

/** Several detectors ask about the same file, one after the other. */
function onceAPath<T>(find: (path: string) => T): (path: string) => T {
  let last: { readonly path: string; readonly answer: T } | undefined;
  return (path) => {
    if (last === undefined || last.path !== path) last = { path, answer: find(path) };
    return last.answer;
  };
}
