import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildImage, writeDockerArchive } from '../src/image/index.ts';
import { runContender } from './audit-measure.ts';
import { median } from './statistics.ts';

/** What an image with so many entries costs. */
export interface CurvePoint {
  readonly entries: number;
  readonly layers: number;
  readonly firstSeconds: number;
  readonly againSeconds: number;
  readonly memoryBytes: number | undefined;
}

const points: readonly (readonly [entries: number, layers: number])[] = [
  [25_000, 10],
  [50_000, 10],
  [100_000, 10],
  [200_000, 10],
  [200_000, 50],
  [200_000, 100],
];

const runs = 3;
const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Audits images of many small files, whole process: each layer hides a tenth of the one before by whiteouts. */
export async function measureCurve(directory: string, signal: AbortSignal): Promise<readonly CurvePoint[]> {
  const curve: CurvePoint[] = [];
  for (const [entries, layers] of points) {
    console.error(`${entries} entries in ${layers} layers`);
    const path = join(directory, 'many.tar');
    await writeDockerArchive(await manyFiles(entries, layers), path, { signal });
    const cacheDir = join(directory, 'plimsoll-cache');
    const audit = {
      title: 'audit',
      command: process.execPath,
      args: [cli, 'audit', `docker-archive:${path}`, '--json', '--quiet'],
      env: { PLIMSOLL_CACHE_DIR: cacheDir },
    };
    const first = [];
    const again = [];
    for (let run = 0; run < runs; run += 1) {
      first.push(
        await runContender(
          { ...audit, removes: ['layers', 'audits'].map((name) => join(cacheDir, name)) },
          signal,
        ),
      );
      again.push(await runContender(audit, signal));
    }
    const memory = [...first, ...again].flatMap(({ memoryBytes }) => memoryBytes ?? []);
    curve.push({
      entries,
      layers,
      firstSeconds: median(first.map(({ seconds }) => seconds)),
      againSeconds: median(again.map(({ seconds }) => seconds)),
      memoryBytes: memory.length === 0 ? undefined : Math.max(...memory),
    });
    await rm(path);
  }
  return curve;
}

async function manyFiles(entries: number, layerCount: number): ReturnType<typeof buildImage> {
  const perLayer = Math.floor(entries / layerCount);
  const name = (layer: number, number: number): string =>
    `usr/lib/python3/site-packages/package_${layer}_${number >> 6}/`;
  const layers = Array.from({ length: layerCount }, (_layer, layer) => {
    const hidden = layer === 0 ? 0 : Math.floor(perLayer / 10);
    return [
      ...Array.from({ length: hidden }, (_file, number) => ({
        path: `${name(layer - 1, number)}.wh.module_${number & 63}.py`,
      })),
      ...Array.from({ length: perLayer - hidden }, (_file, number) => ({
        path: `${name(layer, number)}module_${number & 63}.py`,
        content: `value = ${number}\n`,
      })),
    ];
  });
  return await buildImage({ layers });
}
