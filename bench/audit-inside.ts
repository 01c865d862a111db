// Prints the seconds that reading an image takes once the process runs: the median of five, the first two not counted.
// Either an index of all layers, or only what "tar -t" does: every header of plain layers.
//   node bench/audit-inside.ts index|headers IMAGE
import { tmpdir } from 'node:os';
import { indexImage } from '../src/filetree/index.ts';
import { type Image, openImage } from '../src/image/index.ts';
import { scanTarFile } from '../src/tar/index.ts';
import { median } from './statistics.ts';

const [, , task, name = ''] = process.argv;

async function listHeaders({ layers }: Image): Promise<number> {
  let entryCount = 0;
  for (const layer of layers) {
    const place = await layer.plainTar?.();
    if (place === undefined) throw new Error(`${layer.digest} is no plain layer in a file`);
    await scanTarFile(place, {
      isEndMarkerOptional: true,
      onEntry: () => {
        entryCount += 1;
      },
    });
  }
  return entryCount;
}

const seconds: number[] = [];
for (let run = 0; run < 7; run += 1) {
  const startedAt = performance.now();
  const image = await openImage(name, { temporaryDir: tmpdir() });
  if (task === 'headers') await listHeaders(image);
  else await indexImage(image);
  await image.close();
  if (run >= 2) seconds.push((performance.now() - startedAt) / 1000);
}
process.stdout.write(`${median(seconds)}\n`);
