// Unpacks layers and packs them again in blocks on several threads, and does nothing else: the floor of `plimsoll shrink`.
//   node bench/shrink-bare.ts gzip|zstd OUT BLOB…
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { chainStreams, compressBlocks, decompressor, releaseChunk } from '../src/base/index.ts';

const [, , word, out = '', ...blobs] = process.argv;
const format = word === 'zstd' ? 'zstd' : 'gzip';
const file = await open(out, 'w');
for (const blob of blobs) {
  const plain = chainStreams(createReadStream(blob, { highWaterMark: 512 * 1024 }), decompressor(format));
  for await (const chunk of compressBlocks(plain, format)) {
    await file.writeFile(chunk);
    releaseChunk(chunk);
  }
}
await file.close();
