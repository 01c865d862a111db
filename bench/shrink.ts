import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatBytes, formatSeconds } from '../src/base/index.ts';
import { type BenchImages, prepareImages } from './audit-images.ts';
import { type GroupReading, measureGroup } from './audit-measure.ts';
import type { Bench } from './bench.ts';
import { imageBenchOptions } from './image-bench-options.ts';
import { readingTable } from './reading-table.ts';
import { runCount } from './run-count.ts';
import { shrinkGroups } from './shrink-contenders.ts';
import { type GuardPoint, measureGuard } from './shrink-guard.ts';
import { median } from './statistics.ts';
import { textTable } from './text-table.ts';

/** What `shrink` may take: of the processors against the bare floor, in memory, and for the sources of 30,000 modules. */
const goals = { ratio: 1.5, memoryBytes: 300_000_000, guardSeconds: 20 } as const;

/** How long it takes to shrink an image, and what memory, beside unpacking and packing its layers alone. */
export const shrink: Bench = {
  name: 'shrink',
  usage: '[--runs 3] [--dir DIR] [--no-guard] [--no-layers] [--json]',
  summary:
    'time and memory of `shrink` on an ML image of 2 GB against bare unpacking and packing, skopeo, and a pipeline with strip; its guard on 30,000 sources',
  async run(words, signal) {
    const { values } = parseArgs({
      args: [...words],
      allowNegative: true,
      options: {
        ...imageBenchOptions,
        guard: { type: 'boolean', default: true },
        layers: { type: 'boolean', default: true },
      },
    });
    const runs = runCount(values.runs);
    const directory = resolve(values.dir);
    const images = await prepareImages(directory, signal);
    const groups: GroupReading[] = [];
    for (const group of values.layers ? await shrinkGroups(images, directory) : [])
      groups.push(await measureGroup(group, runs, signal));
    const guard = values.guard ? await measureGuard(directory, runs, signal) : [];
    const missed = missedGoals(groups, guard);
    const { material, sizeBytes } = images;
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ schema: 'plimsoll.bench.shrink/1', material, sizeBytes, runs, groups, guard, missed }, undefined, 2)}\n`
        : report({ images, runs, groups, guard, missed }),
    );
    return missed.length === 0 ? 0 : 1;
  },
};

function missedGoals(groups: readonly GroupReading[], guard: readonly GuardPoint[]): string[] {
  const slow = groups.flatMap(({ title, readings }) => {
    const [bare] = readings;
    const own = readings.find((reading) => reading.title.startsWith('plimsoll shrink'));
    if (bare === undefined || own === undefined) return [];
    // Time on the wall tells how busy the machine is, too.
    const isMetered = own.cpuSeconds.length > 0 && bare.cpuSeconds.length > 0;
    const ratio = isMetered
      ? median(own.cpuSeconds) / median(bare.cpuSeconds)
      : median(own.seconds) / median(bare.seconds);
    const memory = own.memoryBytes ?? 0;
    return [
      ...(ratio > goals.ratio ? [`${title}: ${ratio.toFixed(2)}× of bare, not ${goals.ratio}×`] : []),
      ...(memory > goals.memoryBytes ? [`${title}: ${formatBytes(memory)} of memory`] : []),
    ];
  });
  const late = guard.filter(({ seconds }) => seconds > goals.guardSeconds);
  return [...slow, ...late.map(({ sources, seconds }) => `${sources} sources: ${formatSeconds(seconds)}`)];
}

interface Results {
  readonly images: BenchImages;
  readonly runs: number;
  readonly groups: readonly GroupReading[];
  readonly guard: readonly GuardPoint[];
  readonly missed: readonly string[];
}

function report({ images, runs, groups, guard, missed }: Results): string {
  const lines = [
    `Image: ${formatBytes(images.sizeBytes)} of ${images.material}. Medians of ${runs}, in turn, files in memory; × is against the first line.`,
    ...groups.flatMap((group) => ['', readingTable(group)]),
  ];
  if (guard.length > 0) {
    const rows = guard.map(({ sources, distributions, seconds, memoryBytes }) => [
      `${sources.toLocaleString('en')} sources of ${distributions} distributions`,
      formatSeconds(seconds),
      `${Math.round(sources / seconds).toLocaleString('en')}/s`,
      memoryBytes === undefined ? '–' : formatBytes(memoryBytes),
    ]);
    lines.push(
      '',
      textTable(['Which modules do sources name? (inside the process)', 'time', 'rate', 'memory'], rows),
    );
  }
  lines.push(
    '',
    missed.length === 0
      ? 'All goals are met.'
      : `Goals missed:\n${missed.map((one) => `  ${one}`).join('\n')}`,
  );
  return `${lines.join('\n')}\n`;
}
