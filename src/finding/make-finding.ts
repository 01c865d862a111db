import type {
  Finding,
  FindingFacts,
  FindingKind,
  FindingLocation,
  FindingOwner,
  OwnedBytes,
  Risk,
  Severity,
} from './finding.ts';
import { findingKinds } from './finding-kinds.ts';

/** How many paths and owners a finding shows; `pathCount` counts all paths. */
export const sampledPaths = 5;

/** One path with its bytes, as a finding sums them up. */
export interface SizedPath {
  readonly path: string;
  readonly sizeBytes: number;
}

/** What a finder says; all else comes from the kind. */
export interface FindingInput {
  /** Every path; the largest few are kept as the sample. */
  readonly files?: readonly SizedPath[];
  readonly layer?: number;
  readonly instruction?: string | undefined;
  readonly owner?: FindingOwner | undefined;
  /** Every owner with its bytes; the largest few are kept. */
  readonly owners?: readonly OwnedBytes[];
  readonly location?: FindingLocation;
  readonly severity?: Severity;
  readonly risk?: Risk;
  readonly remedy?: string;
}

/** The facts of a finding of one kind: bytes summed, paths sampled (largest first), and the kind's own severity, risk and remedy where none is given. */
export function findingFacts(kind: FindingKind, input: FindingInput = {}): FindingFacts {
  const info = findingKinds[kind];
  const files = input.files ?? [];
  return {
    ...(info.waste === undefined ? {} : { waste: info.waste }),
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    paths: largest(files),
    pathCount: files.length,
    ...(input.layer === undefined ? {} : { layer: input.layer }),
    ...(input.instruction === undefined ? {} : { instruction: input.instruction }),
    ...(input.owner === undefined ? {} : { owner: input.owner }),
    ...(input.owners === undefined || input.owners.length === 0
      ? {}
      : { owners: largestOwners(input.owners) }),
    ...(input.location === undefined ? {} : { location: input.location }),
    severity: input.severity ?? info.severity,
    risk: input.risk ?? info.risk,
    remedy: input.remedy ?? info.remedy,
    ...(info.rewrite === undefined ? {} : { rewrite: info.rewrite }),
    ...(info.pass === undefined ? {} : { pass: info.pass }),
  };
}

/** Findings with the worst first: by severity, then by bytes, then by kind and layer. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };
  return [...findings].sort(
    (a, b) =>
      rank[a.severity] - rank[b.severity] ||
      b.sizeBytes - a.sizeBytes ||
      compareText(a.kind, b.kind) ||
      (a.layer ?? -1) - (b.layer ?? -1) ||
      compareText(a.paths[0] ?? '', b.paths[0] ?? ''),
  );
}

/** Kept in order while going through, since sorting 10,000 files for five of them takes much longer. */
function largest(files: readonly SizedPath[]): string[] {
  const order = (a: SizedPath, b: SizedPath): number =>
    b.sizeBytes - a.sizeBytes || compareText(a.path, b.path);
  const kept: SizedPath[] = [];
  for (const file of files) {
    const last = kept[sampledPaths - 1];
    if (last !== undefined && order(file, last) >= 0) continue;
    kept.splice(sampledPaths - 1, 1);
    kept.push(file);
    kept.sort(order);
  }
  return kept.map((file) => file.path);
}

function largestOwners(owners: readonly OwnedBytes[]): OwnedBytes[] {
  return [...owners]
    .sort((a, b) => b.sizeBytes - a.sizeBytes || compareText(a.name, b.name))
    .slice(0, sampledPaths);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
