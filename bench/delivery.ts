import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatBytes, formatSeconds } from '../src/base/index.ts';
import { startDebianRegistry } from '../src/image/registry/fixtures/debian-registry.ts';
import type { Bench } from './bench.ts';
import { dockerPush } from './docker-push.ts';
import { registryBlobs } from './registry-blobs.ts';
import { runCount } from './run-count.ts';
import { slimExample } from './slim-example.ts';
import { docker, plimsoll, type Stage, setTheStage, standInLines } from './stage.ts';
import { median, ratioText } from './statistics.ts';
import { textTable } from './text-table.ts';

/** An image on its way into a registry. */
interface Delivery {
  readonly name: string;
  /** Wall time of each push, into a registry that holds nothing. */
  readonly seconds: number[];
  /** Configuration and layers as they were sent. */
  sentBytes: number;
}

/** From the fat image and `docker push` to the lean one and `plimsoll push`: what a team waits for, before and after. */
export const delivery: Bench = {
  name: 'delivery',
  usage: '[--example sentiment-api] [--runs 1] [--json]',
  summary:
    'the fat image by docker push against the lean one by `push`, into an empty registry of this machine',
  async run(words, signal) {
    const { values } = parseArgs({
      args: [...words],
      options: {
        example: { type: 'string', default: 'sentiment-api' },
        runs: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
      },
    });
    const runs = runCount(values.runs);
    const { example } = values;
    const stage = await setTheStage({ example });
    const { tags } = await slimExample(stage, example, signal);
    const deliveries = await deliver({ stage, tags, runs, signal });
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ schema: 'plimsoll.bench.delivery/1', example, runs, deliveries, notes: stage.notes }, undefined, 2)}\n`
        : `${report(example, runs, deliveries)}${standInLines(stage)}`,
    );
    return 0;
  },
};

interface DeliverRequest {
  readonly stage: Stage;
  readonly tags: { readonly fat: string; readonly lean: string };
  readonly runs: number;
  readonly signal: AbortSignal;
}

async function deliver(request: DeliverRequest): Promise<Delivery[]> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-delivery-'));
  try {
    const archive = join(folder, 'lean.tar');
    await docker(request.stage, ['save', '--output', archive, request.tags.lean]);
    return await deliverAll(request, archive);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Pushes to a target, and keeps what it remembers in a folder of its own. */
type Send = (target: string, cacheDir: string) => Promise<void>;

/** What saving costs an engine is shown by itself: the lean image goes from a file, and from the engine. */
async function deliverAll(
  { stage, tags, runs, signal }: DeliverRequest,
  archive: string,
): Promise<Delivery[]> {
  const ownPush =
    (source: string, ...options: readonly string[]): Send =>
    async (target, cacheDir) => {
      const environment = { ...stage.environment, PLIMSOLL_CACHE_DIR: cacheDir };
      await plimsoll({ ...stage, environment }, ['push', source, target, ...options, '--quiet'], signal);
    };
  const ways: readonly (readonly [string, Send])[] = [
    ['fat, docker push', async (target) => await dockerPush(stage, tags.fat, target)],
    ['lean, plimsoll push of an archive (zstd)', ownPush(`docker-archive:${archive}`)],
    ['lean, plimsoll push from the engine (zstd)', ownPush(`docker:${tags.lean}`)],
    ['lean, the same with --compat any (gzip)', ownPush(`docker:${tags.lean}`, '--compat', 'any')],
    ['lean, docker push', async (target) => await dockerPush(stage, tags.lean, target)],
  ];
  const deliveries = ways.map(([name]): Delivery => ({ name, seconds: [], sentBytes: 0 }));
  for (let run = 0; run < runs; run += 1) {
    for (const [at, [name, send]] of ways.entries()) {
      console.error(`${run + 1} of ${runs}: ${name}`);
      const one = deliveries[at];
      if (one !== undefined) await deliverFresh(one, send);
    }
  }
  return deliveries;
}

/** Into a registry that holds nothing, with nothing remembered. */
async function deliverFresh(one: Delivery, send: Send): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-delivery-'));
  const registry = await startDebianRegistry(folder);
  try {
    const repository = `${registry.host}/delivery`;
    const startedAt = performance.now();
    await send(`${repository}:latest`, join(folder, 'cache'));
    one.seconds.push((performance.now() - startedAt) / 1000);
    one.sentBytes = (await registryBlobs(repository)).reduce((sum, { size }) => sum + size, 0);
  } finally {
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Uplinks that the bytes are projected to. */
const uplinks = [
  ['100 Mbit/s', 1e8],
  ['1 Gbit/s', 1e9],
] as const;

function report(example: string, runs: number, deliveries: readonly Delivery[]): string {
  const [first] = deliveries;
  const took = (one: Delivery | undefined): number => median(one?.seconds ?? []);
  const rows = deliveries.map((one) => [
    one.name,
    formatBytes(one.sentBytes),
    formatSeconds(took(one)),
    ratioText(took(first), took(one)),
    // The wire or the work on this machine, whichever takes longer: every one of them sends while it compresses.
    ...uplinks.map(([, bits]) => formatSeconds(Math.max((one.sentBytes * 8) / bits, took(one)))),
  ]);
  return `${[
    `${example}: into an empty registry of this machine, medians of ${runs}`,
    '',
    textTable(['', 'sent', 'time', 'faster by', ...uplinks.map(([name]) => `at ${name}`)], rows),
    '',
    'At an uplink: what the bytes need there, or what the push took here where that is longer.',
    '',
  ].join('\n')}`;
}
