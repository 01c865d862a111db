import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { formatBytes, formatSeconds, runProcess, UserError } from '../src/base/index.ts';
import { startDebianRegistry } from '../src/image/registry/fixtures/debian-registry.ts';
import { labEngine } from '../test/lab/index.ts';
import { type Run, runContender } from './audit-measure.ts';
import type { Bench } from './bench.ts';
import { imageBenchOptions } from './image-bench-options.ts';
import { removeByName } from './leftovers.ts';
import { cli, type PushContender, pushContenders } from './push-contenders.ts';
import { type PushImages, preparePushImages } from './push-images.ts';
import { runCount } from './run-count.ts';
import { median } from './statistics.ts';
import { textTable } from './text-table.ts';

/** How long it takes to push an ML layer, beside `docker push` and skopeo. */
export const push: Bench = {
  name: 'push',
  usage: '[--runs 3] [--dir DIR] [--json]',
  summary:
    'time and memory of `push` with an ML layer of 1.5 GB, into a registry of this machine, against docker push and skopeo',
  async run(words, signal) {
    const { values } = parseArgs({
      args: [...words],
      options: {
        ...imageBenchOptions,
      },
    });
    const runs = runCount(values.runs);
    const images = await preparePushImages(resolve(values.dir), signal);
    const engine = await labEngine();
    const contenders = await pushContenders(images, engine, signal);
    const readings: Reading[] = contenders.map(({ title }) => ({ title, runs: [] }));
    try {
      for (let run = 0; run < runs; run += 1) {
        for (const [at, contender] of contenders.entries()) {
          console.error(`${run + 1} of ${runs}: ${contender.title}`);
          readings[at]?.runs.push(await runFresh(contender, images, signal));
        }
      }
    } finally {
      await removeByName(engine, [images.tag]);
    }
    const again = await pushAgain(images, signal);
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ schema: 'plimsoll.bench.push/1', layerBytes: images.layerBytes, material: images.material, runs, readings, again }, undefined, 2)}\n`
        : report(images, readings, again),
    );
    return 0;
  },
};

interface Reading {
  readonly title: string;
  readonly runs: Run[];
}

/** Pushes into a registry that holds nothing, with nothing remembered. */
async function runFresh(contender: PushContender, images: PushImages, signal: AbortSignal): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-push-'));
  const registry = await startDebianRegistry(folder);
  try {
    await contender.prepare?.(registry.host);
    await runProcess('sh', ['-c', 'cat "$@" >/dev/null', 'cat', ...images.files], { signal });
    return await runContender(
      { title: contender.title, ...contender.commandOf(registry.host, folder) },
      signal,
    );
  } finally {
    await contender.clean?.(registry.host);
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Again {
  readonly title: string;
  readonly seconds: number;
  readonly sentBytes: number;
}

const reportSchema = z.object({ sentBytes: z.number() });

/** The second push of the same image, and that of one with a changed application on top, in whole processes. */
async function pushAgain(images: PushImages, signal: AbortSignal): Promise<Again[]> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-push-'));
  const registry = await startDebianRegistry(folder);
  const pushed = async (title: string, layout: string, tag: string): Promise<Again> => {
    const words = [cli, 'push', `oci:${layout}`, `${registry.host}/bench:${tag}`, '--json', '--quiet'];
    const startedAt = performance.now();
    const { code, stdout, stderr } = await runProcess(process.execPath, words, {
      env: { PLIMSOLL_CACHE_DIR: join(folder, 'cache') },
      signal,
    });
    if (code !== 0) throw new UserError(`${title} failed: ${stderr.trim()}`);
    const { sentBytes } = reportSchema.parse(JSON.parse(stdout));
    return { title, seconds: (performance.now() - startedAt) / 1000, sentBytes };
  };
  try {
    await pushed('first', images.layout, '1');
    const same = [];
    for (let run = 0; run < 3; run += 1) same.push(await pushed('the same image again', images.layout, '2'));
    return [
      {
        title: 'the same image again',
        seconds: median(same.map(({ seconds }) => seconds)),
        sentBytes: Math.max(...same.map(({ sentBytes }) => sentBytes)),
      },
      await pushed('a changed application', images.changedLayout, '3'),
    ];
  } finally {
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function report(images: PushImages, readings: readonly Reading[], again: readonly Again[]): string {
  const seconds = (reading: Reading | undefined): number =>
    median((reading?.runs ?? []).map((run) => run.seconds));
  const docker = seconds(readings[0]);
  const rows = readings.map((reading) => {
    const memory = reading.runs.flatMap(({ memoryBytes }) => memoryBytes ?? []);
    return [
      reading.title,
      formatSeconds(seconds(reading)),
      `${(docker / seconds(reading)).toFixed(1)}× faster`,
      memory.length === 0 ? '–' : formatBytes(median(memory)),
    ];
  });
  const more = again.map(({ title, seconds: took, sentBytes }) => [
    `plimsoll push, ${title}`,
    formatSeconds(took),
    `${formatBytes(sentBytes)} sent`,
  ]);
  return `${[
    `One layer of ${formatBytes(images.layerBytes)} (${images.material}) into an empty registry of this machine. Medians of ${readings[0]?.runs.length} runs, in turn; × is against docker push.`,
    '',
    textTable(['first push', 'time', '', 'memory'], rows),
    '',
    textTable(['then', 'time', ''], more),
    '',
  ].join('\n')}`;
}
