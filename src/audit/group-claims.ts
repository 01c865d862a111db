import {
  type Finding,
  type FindingOwner,
  findingFacts,
  type OwnedBytes,
  type SizedPath,
} from '../finding/index.ts';
import type { AuditSubject } from './audit-subject.ts';
import type { ClaimedFile } from './detector.ts';

/** One finding for each kind, layer, owner and package manager, with the bytes of all files in it. */
export function groupClaims(claimed: Iterable<ClaimedFile>, subject: AuditSubject): Finding[] {
  const groups = new Map<string, [ClaimedFile, ...ClaimedFile[]]>();
  let last: [ClaimedFile, ...ClaimedFile[]] | undefined;
  for (const file of claimed) {
    // The files of a directory follow each other, and are mostly of one finding.
    if (last !== undefined && isOfSameFinding(last[0], file)) {
      last.push(file);
      continue;
    }
    const key = keyOf(file);
    last = groups.get(key);
    if (last === undefined) {
      last = [file];
      groups.set(key, last);
    } else last.push(file);
  }
  return [...groups.values()].map((files) => findingOf(files[0], files, subject));
}

function keyOf({ claim, layer }: ClaimedFile): string {
  return [
    claim.kind,
    layer,
    claim.owner?.kind,
    claim.owner?.name,
    'manager' in claim ? claim.manager : '',
    'instead' in claim ? claim.instead?.remedy : '',
  ].join('\n');
}

/** True where both have the same key for sure. */
function isOfSameFinding(one: ClaimedFile, other: ClaimedFile): boolean {
  const [a, b] = [one.claim, other.claim];
  return (
    one.layer === other.layer &&
    a.kind === b.kind &&
    a.owner === b.owner &&
    ('manager' in a ? a.manager : '') === ('manager' in b ? b.manager : '') &&
    ('instead' in a ? a.instead : undefined) === ('instead' in b ? b.instead : undefined)
  );
}

function findingOf(first: ClaimedFile, files: readonly ClaimedFile[], subject: AuditSubject): Finding {
  const { claim, layer } = first;
  const facts = findingFacts(claim.kind, {
    files,
    layer,
    instruction: subject.instructionOf(layer),
    ...(claim.owner === undefined ? ownersOf(files, subject) : { owner: claim.owner }),
  });
  if (claim.kind === 'package-manager-cache') return { ...facts, kind: claim.kind, manager: claim.manager };
  if (claim.kind === 'dev-dependency') {
    return { ...facts, kind: claim.kind, distribution: claim.owner.name, version: claim.owner.version };
  }
  if (claim.instead === undefined) return { ...facts, kind: claim.kind };
  const { rewrite: _, ...own } = facts;
  return { ...own, kind: claim.kind, ...claim.instead };
}

/** The one owner of all files, or every owner with its bytes. */
export function ownersOf(
  files: readonly SizedPath[],
  subject: AuditSubject,
): { readonly owner?: FindingOwner; readonly owners?: readonly OwnedBytes[] } {
  const sums = new Map<FindingOwner, number>();
  let ownedCount = 0;
  for (const { path, sizeBytes } of files) {
    const owner = subject.ownerOf(path);
    if (owner === undefined) continue;
    ownedCount += 1;
    sums.set(owner, sizeBytes + (sums.get(owner) ?? 0));
  }
  const [only] = sums.keys();
  if (only === undefined) return {};
  if (sums.size === 1 && ownedCount === files.length) return { owner: only };
  return { owners: Array.from(sums, ([owner, sizeBytes]) => ({ ...owner, sizeBytes })) };
}
