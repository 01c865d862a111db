import type { VisibleEntry } from '../filetree/index.ts';
import type { AuditSubject } from './audit-subject.ts';
import type { ClaimedFile, ClaimFile, UnclaimedFiles } from './detector.ts';
import { fileDetectors, remainderDetectors } from './detectors/index.ts';
import { placeFinder } from './file-place.ts';

/** The visible files of the waste classes, and how many files there are in all. */
export interface ClaimedFiles {
  /** By path; no two count the same byte. */
  readonly claimed: ReadonlyMap<string, ClaimedFile>;
  /** All visible entries, directories not counted. */
  readonly fileCount: number;
}

/** Asks every detector of visible files, once for a subject: the first one that claims a file has it. */
export function claimFiles(subject: AuditSubject): ClaimedFiles {
  const known = claims.get(subject);
  if (known !== undefined) return known;
  const found = newClaims(subject);
  claims.set(subject, found);
  return found;
}

const claims = new WeakMap<AuditSubject, ClaimedFiles>();

function newClaims(subject: AuditSubject): ClaimedFiles {
  const judges: readonly ClaimFile[] = fileDetectors.map((detector) => detector.prepare(subject));
  const claimed = new Map<string, ClaimedFile>();
  const strippable: VisibleEntry[] = [];
  const links: VisibleEntry[] = [];
  const placeOf = placeFinder();
  let fileCount = 0;
  for (const file of subject.root.entries()) {
    const { entry } = file;
    if (entry.type === 'directory') continue;
    fileCount += 1;
    if (entry.type === 'hardlink') links.push(file);
    if ((entry.strippableBytes ?? 0) > 0) strippable.push(file);
    const place = placeOf(entry.path);
    for (const judge of judges) {
      const claim = judge(file, place);
      if (claim === undefined) continue;
      claimed.set(entry.path, { path: entry.path, sizeBytes: entry.sizeBytes, layer: file.layer, claim });
      break;
    }
  }
  const linked = keepSharedContent(links, claimed);
  const rest: UnclaimedFiles = {
    isFree: (path) => !claimed.has(path) && !linked.has(path),
    strippable,
  };
  for (const detector of remainderDetectors) {
    for (const one of detector.detect(subject, rest)) claimed.set(one.path, one);
  }
  return { claimed, fileCount };
}

/**
 * Takes back the claims on content that a name outside of the waste shows too: only when all its names go, its bytes go.
 * Answers with every name of content that has several.
 */
function keepSharedContent(
  links: readonly VisibleEntry[],
  claimed: Map<string, ClaimedFile>,
): ReadonlySet<string> {
  const linked = new Set<string>();
  const needed = new Set<string>();
  for (const { entry } of links) {
    const target = entry.linkTarget ?? '';
    linked.add(entry.path).add(target);
    if (!claimed.has(entry.path) || !claimed.has(target)) needed.add(target);
  }
  for (const { entry } of links) {
    const target = entry.linkTarget ?? '';
    if (needed.has(target)) claimed.delete(entry.path);
  }
  for (const target of needed) claimed.delete(target);
  return linked;
}
