import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatBytes, formatSeconds } from '../src/base/index.ts';
import { auditGroups } from './audit-contenders.ts';
import { measureCurve } from './audit-curve.ts';
import { prepareImages } from './audit-images.ts';
import { type GroupReading, measureGroup } from './audit-measure.ts';
import type { Bench } from './bench.ts';
import { imageBenchOptions } from './image-bench-options.ts';
import { readingTable } from './reading-table.ts';
import { runCount } from './run-count.ts';
import { textTable } from './text-table.ts';

/** How long it takes to audit an image, and what memory, beside programs that read as much or less of it. */
export const audit: Bench = {
  name: 'audit',
  usage: '[--runs 3] [--dir DIR] [--no-peers] [--no-curve] [--json]',
  summary:
    'time and memory of `audit` on an ML image of 2 GB and on up to 200,000 entries, against tar, gzip, skopeo, umoci, Trivy',
  async run(words, signal) {
    const { values } = parseArgs({
      args: [...words],
      allowNegative: true,
      options: {
        ...imageBenchOptions,
        peers: { type: 'boolean', default: true },
        curve: { type: 'boolean', default: true },
      },
    });
    const runs = runCount(values.runs);
    const directory = resolve(values.dir);
    const images = await prepareImages(directory, signal);
    const groups: GroupReading[] = [];
    for (const group of await auditGroups(images, { directory, withPeers: values.peers, signal })) {
      groups.push(await measureGroup(group, runs, signal));
    }
    const curve = values.curve ? await measureCurve(directory, signal) : [];
    const { material, sizeBytes } = images;
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ schema: 'plimsoll.bench.audit/1', material, sizeBytes, runs, groups, curve }, undefined, 2)}\n`
        : report({ material, sizeBytes, runs, groups, curve }),
    );
    return 0;
  },
};

interface Results {
  readonly material: string;
  readonly sizeBytes: number;
  readonly runs: number;
  readonly groups: readonly GroupReading[];
  readonly curve: Awaited<ReturnType<typeof measureCurve>>;
}

function report({ material, sizeBytes, runs, groups, curve }: Results): string {
  const lines = [
    `Image: ${formatBytes(sizeBytes)} of ${material}. Medians of ${runs}, in turn, files in memory; × is against the first line.`,
  ];
  for (const group of groups) lines.push('', readingTable(group));
  if (curve.length > 0) {
    const rows = curve.map((point) => [
      `${point.entries.toLocaleString('en')} in ${point.layers} layers`,
      formatSeconds(point.firstSeconds),
      formatSeconds(point.againSeconds),
      point.memoryBytes === undefined ? '–' : formatBytes(point.memoryBytes),
    ]);
    lines.push(
      '',
      textTable(['Growth with entries, a tenth hidden by whiteouts', 'first', 'again', 'memory'], rows),
    );
  }
  return `${lines.join('\n')}\n`;
}
