// Prints the seconds in which all sources of an image are read for what they import, and its test folders are judged by that.
//   node bench/shrink-guard-inside.ts IMAGE
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentProgress } from '../src/base/index.ts';
import { findDistroPackages } from '../src/distro/index.ts';
import { indexImage } from '../src/filetree/index.ts';
import { openImage } from '../src/image/index.ts';
import { findDistributions, isPythonInventoryFile } from '../src/python/index.ts';
import { choosePasses, plainLayers, planShrink, studyLayers } from '../src/shrink/index.ts';

const image = await openImage(process.argv[2] ?? '', { temporaryDir: tmpdir() });
const { signal } = new AbortController();
const temporaryDir = await mkdtemp(join(tmpdir(), 'plimsoll-bench-guard-'));
const layers = await plainLayers({ temporaryDir, progress: silentProgress, signal });
const { root } = await indexImage(image, {
  capture: { key: 'guard', wants: isPythonInventoryFile },
  forgetsEntries: true,
});
for (const layer of image.layers) await layers.open(layer);
const distributions = findDistributions(root);
const inventory = findDistroPackages(root, { isOfDistribution: () => true });
const startedAt = performance.now();
const study = await studyLayers({ image, root, distributions, baseLayerCount: 0, layers, signal });
const passes = choosePasses({ only: ['tests'] });
const { config } = image;
planShrink({ root, config, distributions, inventory, study, baseLayerCount: 0, passes, isKept: () => false });
process.stdout.write(`${(performance.now() - startedAt) / 1000}\n`);
await layers.close();
await image.close();
await rm(temporaryDir, { recursive: true, force: true });
