import { parseDigest } from '../base/index.ts';

/** Where a blob lies in a layout: `blobs/sha256/…`. */
export function blobPath(digest: string): string {
  const parsed = parseDigest(digest);
  if (parsed === undefined) throw new Error(`not a digest: ${digest}`);
  return `blobs/${parsed.algorithm}/${parsed.hex}`;
}
