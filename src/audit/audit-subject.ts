import type { DistroPackage, PackageFiles } from '../distro/index.ts';
import { ownerIndex } from '../distro/index.ts';
import { type FindingOwner, redactInstruction } from '../finding/index.ts';
import { type FoundBase, findBase } from '../image/index.ts';
import type { AuditDistribution, AuditRequest } from './audit-request.ts';
import { bytecodeJudge, type JudgeBytecode, sourcePath } from './bytecode-use.ts';

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
