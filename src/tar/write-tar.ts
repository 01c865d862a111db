import { Readable } from 'node:stream';
import { formatHeader } from './format-header.ts';
import { paddedBytes, zeroBlock } from './header.ts';
import type { TarContent, TarMember } from './tar-member.ts';

/**
 * Writes a tar archive: POSIX ustar, with a PAX header before an entry that ustar cannot hold. The same members give the
 * same bytes. The stream fails when a content's stream has another length than it promised.
 */
export function writeTar(members: Iterable<TarMember> | AsyncIterable<TarMember>): Readable {
  return Readable.from(tarChunks(members), { objectMode: false });
}

/** The bytes of `writeTar`, each chunk as it comes from its content's stream. */
export async function* tarChunks(
  members: Iterable<TarMember> | AsyncIterable<TarMember>,
): AsyncGenerator<Buffer> {
  for await (const member of members) {
    const content = contentOf(member);
    if (content instanceof Uint8Array) {
      const padding = zeroBlock.subarray(0, paddedBytes(content.length) - content.length);
      yield Buffer.concat([formatHeader(member, content.length), content, padding]);
    } else {
      yield formatHeader(member, content.sizeBytes);
      yield* streamedContent(member.path, content);
    }
  }
  yield Buffer.concat([zeroBlock, zeroBlock]);
}

function contentOf(member: TarMember): Uint8Array | TarContent {
  const { content = '', type = 'file' } = member;
  const found = typeof content === 'string' ? Buffer.from(content) : content;
  const sizeBytes = found instanceof Uint8Array ? found.length : found.sizeBytes;
  if (type !== 'file' && sizeBytes > 0) throw new Error(`${member.path}: a ${type} has no content`);
  return found;
}

async function* streamedContent(path: string, content: TarContent): AsyncGenerator<Buffer> {
  let seen = 0;
  for await (const chunk of (await content.open()) as AsyncIterable<Buffer>) {
    seen += chunk.length;
    if (seen > content.sizeBytes) break;
    yield chunk;
  }
  if (seen !== content.sizeBytes) {
    throw new Error(`${path}: the content has ${seen} bytes or more, not the ${content.sizeBytes} promised`);
  }
  const padding = paddedBytes(seen) - seen;
  if (padding > 0) yield zeroBlock.subarray(0, padding);
}
