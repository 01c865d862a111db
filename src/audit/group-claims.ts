import type { VisibleEntry } from '../filetree/index.ts';
import { type Finding, findingFacts, type SizedPath } from '../finding/index.ts';
import type { AuditSubject } from './audit-subject.ts';
import type { FileClaim } from './detector.ts';

/** A visible file with what it was taken for. */
export interface ClaimedFile extends SizedPath {
  readonly layer: number;
  readonly claim: FileClaim;
}

/** One finding for each kind, layer, owner and package manager, with the bytes of all files in it. */
export function groupClaims(claimed: readonly ClaimedFile[], subject: AuditSubject): Finding[] {
  const groups = Map.groupBy(claimed, ({ claim, layer }) =>
    [claim.kind, layer, claim.owner?.kind, claim.owner?.name, 'manager' in claim ? claim.manager : ''].join(
      '\n',
    ),
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
    owner: claim.owner,
  });
  if (claim.kind === 'package-manager-cache') return { ...facts, kind: claim.kind, manager: claim.manager };
  if (claim.kind === 'dev-dependency') {
    return { ...facts, kind: claim.kind, distribution: claim.owner.name, version: claim.owner.version };
  }
  return { ...facts, kind: claim.kind };
}

/** Visible files by the layer that provides them, lowest first. */
export function byLayer(
  files: readonly VisibleEntry[],
): { readonly layer: number; readonly files: readonly SizedPath[] }[] {
  return [...Map.groupBy(files, ({ layer }) => layer)]
    .sort(([a], [b]) => a - b)
    .map(([layer, group]) => ({ layer, files: group.map(({ entry }) => entry) }));
}
