import { formatHeader } from './format-header.ts';
import { blockBytes, paddedBytes, zeroBlock } from './header.ts';
import type { TarMember } from './tar-member.ts';

/** Content that is read where it lies, piece by piece and in order. */
export interface PlacedContent {
  readonly sizeBytes: number;
  /** Fills `target` with the content from byte `start` on, or throws. */
  read(target: Buffer, start: number): void;
}

/** A member whose content is at hand, or can be read at once. */
export interface PlacedMember extends Omit<TarMember, 'content'> {
  readonly content?: string | Uint8Array | PlacedContent;
}

const windowBytes = 1024 * 1024;

/**
 * The same bytes as `writeTar` gives, in pieces of one buffer that is filled again and again: nothing is allocated for a file.
 * Each piece is to be read, or copied, before the next one is asked for.
 */
export function* packTar(members: Iterable<PlacedMember>): Generator<Buffer> {
  const window = Buffer.alloc(windowBytes);
  let filled = 0;
  for (const member of members) {
    const content = placedContent(member);
    const header = formatHeader(member, content.sizeBytes);
    const parts: readonly PlacedContent[] = [inMemory(header), content, paddingOf(content)];
    for (const part of parts) {
      for (let at = 0; at < part.sizeBytes; ) {
        const length = Math.min(part.sizeBytes - at, windowBytes - filled);
        part.read(window.subarray(filled, filled + length), at);
        at += length;
        filled += length;
        if (filled < windowBytes) continue;
        yield window;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield window.subarray(0, filled);
  yield Buffer.alloc(2 * blockBytes);
}

function placedContent({ path, type = 'file', content = '' }: PlacedMember): PlacedContent {
  const found = typeof content === 'string' ? Buffer.from(content) : content;
  const placed = found instanceof Uint8Array ? inMemory(found) : found;
  if (type !== 'file' && placed.sizeBytes > 0) throw new Error(`${path}: a ${type} has no content`);
  return placed;
}

function inMemory(bytes: Uint8Array): PlacedContent {
  return {
    sizeBytes: bytes.length,
    read: (target, start) => target.set(bytes.subarray(start, start + target.length)),
  };
}

function paddingOf({ sizeBytes }: PlacedContent): PlacedContent {
  return inMemory(zeroBlock.subarray(0, paddedBytes(sizeBytes) - sizeBytes));
}
