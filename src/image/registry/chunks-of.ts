import type { RegistryClient } from './registry-client.ts';

/** By client, how long a request may be where something on the way lets no longer one through; tried from the largest on. */
const chunkBytes = new WeakMap<RegistryClient, number>();
// The limits that are met: 100 MB (Cloudflare), and what people set for nginx, 1 MiB where they set none.
const chunkSizes = [64, 16, 4, 1].map((count) => count * 1024 * 1024);

/** How long a request may be; undefined where nothing is known of a limit. */
export function requestLimit(client: RegistryClient): number | undefined {
  return chunkBytes.get(client);
}

/** Has the next requests be shorter; false where they are as short as can be. */
export function mayShorten(client: RegistryClient): boolean {
  const current = chunkBytes.get(client) ?? Number.POSITIVE_INFINITY;
  const next = chunkSizes.find((size) => size < current);
  if (next === undefined) return false;
  chunkBytes.set(client, next);
  return true;
}

/** The same bytes in chunks of one length; the last one may be shorter. */
export async function* chunksOf(source: AsyncIterable<Buffer>, length: number): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let held = 0;
  for await (const bytes of source) {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + length - held);
      pieces.push(piece);
      held += piece.length;
      at += piece.length;
      if (held < length) continue;
      yield Buffer.concat(pieces);
      pieces = [];
      held = 0;
    }
  }
  if (held > 0) yield Buffer.concat(pieces);
}
