// Prints the seconds that indexing an image takes once the process runs: the median of five, the first two not counted.
//   node bench/audit-inside.ts IMAGE
import { tmpdir } from 'node:os';
import { indexImage } from '../src/filetree/index.ts';
import { openImage } from '../src/image/index.ts';
import { median } from './statistics.ts';

const seconds: number[] = [];
for (let run = 0; run < 7; run += 1) {
  const startedAt = performance.now();
  const image = await openImage(process.argv[2] ?? '', { temporaryDir: tmpdir() });
  await indexImage(image);
  await image.close();
  if (run >= 2) seconds.push((performance.now() - startedAt) / 1000);
}
process.stdout.write(`${median(seconds)}\n`);
