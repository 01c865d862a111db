import { fingerprintBytes } from './file-facts.ts';
import { checksumAt, factRow, hashAt, type LayerColumns } from './layer-columns.ts';

/** A file as its layer's columns and its position there. */
type FileAt = readonly [columns: LayerColumns, position: number];

/**
 * Says whether two stored files are the same but for owner and mode: by hash, else by checksum and
 * fingerprint, else by their time.
 */
export function isSameContent(one: FileAt, other: FileAt): boolean {
  const [first, firstPosition] = one;
  const [second, secondPosition] = other;
  if (first.sizes[firstPosition] !== second.sizes[secondPosition]) return false;
  const [checksum, otherChecksum] = [checksumAt(...one), checksumAt(...other)];
  if (checksum !== undefined && otherChecksum !== undefined && checksum !== otherChecksum) return false;
  return (
    areEqual(hashAt(...one), hashAt(...other)) ??
    areEqual(fingerprintOf(one), fingerprintOf(other)) ??
    first.times[firstPosition] === second.times[secondPosition]
  );
}

/** Says whether two stored files have the same owner, mode and attributes; their times may differ. */
export function isSameMetadata([first, at]: FileAt, [second, otherAt]: FileAt): boolean {
  return (
    first.modes[at] === second.modes[otherAt] &&
    first.uids[at] === second.uids[otherAt] &&
    first.gids[at] === second.gids[otherAt] &&
    first.strings[first.details[at] ?? 0] === second.strings[second.details[otherAt] ?? 0]
  );
}

function areEqual(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean | undefined {
  return one === undefined || other === undefined ? undefined : Buffer.compare(one, other) === 0;
}

function fingerprintOf([{ facts }, position]: FileAt): Uint8Array | undefined {
  const row = factRow(facts, position);
  return row === -1
    ? undefined
    : facts.fingerprints.subarray(row * fingerprintBytes, (row + 1) * fingerprintBytes);
}
