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
  const groups = Map.groupBy(claimed, ({ claim, layer }) =>
    [
      claim.kind,
      layer,
      claim.owner?.kind,
      claim.owner?.name,
      'manager' in claim ? claim.manager : '',
      'instead' in claim ? claim.instead?.rewrite : '',
    ].join('\n'),
  );
  return [...groups.values()].flatMap((files) => {
    const [first] = files;
    return first === undefined ? [] : [findingOf(first, files, subject)];
  });
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
  return { ...facts, kind: claim.kind, ...claim.instead };
}

/** The one owner of all files, or every owner with its bytes. */
export function ownersOf(
  files: readonly SizedPath[],
  subject: AuditSubject,
): { readonly owner?: FindingOwner; readonly owners?: readonly OwnedBytes[] } {
  const sums = new Map<string, OwnedBytes>();
  let ownedCount = 0;
  for (const { path, sizeBytes } of files) {
    const owner = subject.ownerOf(path);
    if (owner === undefined) continue;
    ownedCount += 1;
    const key = `${owner.kind} ${owner.name} ${owner.version}`;
    sums.set(key, { ...owner, sizeBytes: sizeBytes + (sums.get(key)?.sizeBytes ?? 0) });
  }
  const owners = [...sums.values()];
  const [only] = owners;
  if (only === undefined) return {};
  if (owners.length > 1 || ownedCount < files.length) return { owners };
  const { sizeBytes: _, ...owner } = only;
  return { owner };
}
