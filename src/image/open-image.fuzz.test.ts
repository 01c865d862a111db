import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256Digest, UserError } from '../base/index.ts';
import { writeTar } from '../tar/index.ts';
import { openImage } from './index.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-fuzz-'));
  await mkdir(join(folder, 'layout/blobs/sha256'), { recursive: true });
  await writeFile(join(folder, 'layout/oci-layout'), '{}');
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** Seeds that are always run; one that finds something is added, with a line on what. */
const seeds = [1, 2, 3, 4];

const layer = Buffer.alloc(1024);
const diffId = sha256Digest(layer);
const config = {
  architecture: 'amd64',
  os: 'linux',
  created: '2026-01-01T00:00:00Z',
  config: {
    Env: ['PATH=/bin', 'A=b'],
    Entrypoint: ['/bin/sh'],
    Cmd: null,
    WorkingDir: '/app',
    User: '1000',
    ExposedPorts: { '80/tcp': {} },
    Volumes: { '/data': {} },
    Labels: { a: 'b' },
    StopSignal: 'SIGINT',
    Healthcheck: { Test: ['CMD', 'true'], Interval: 5_000_000_000, Retries: 3 },
  },
  rootfs: { type: 'layers', diff_ids: [diffId] },
  history: [{ created_by: 'COPY . .' }, { created_by: 'ENV A=b', empty_layer: true }],
};
const dockerManifest = [
  { Config: 'config.json', RepoTags: ['app:1'], Layers: ['layer.tar'], LayerSources: {} },
];

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Documents = { readonly config: Json; readonly manifest: Json; readonly index: Json };

const layerType = 'application/vnd.oci.image.layer.v1.tar';
const descriptor = (kind: string, digest: string, size: number): Json => ({
  mediaType: `application/vnd.oci.image.${kind}.v1+json`,
  digest,
  size,
  annotations: {},
});

/** What stands at some place of a document: chosen by walking down it with the steps, as far as they lead. */
function replaced(document: Json, steps: readonly number[], value: Json | undefined): Json | undefined {
  const [step, ...rest] = steps;
  if (step === undefined || typeof document !== 'object' || document === null) return value;
  const isList = Array.isArray(document);
  const keys = Object.keys(document);
  if (keys.length === 0) return value;
  const chosen = keys[step % keys.length] ?? '';
  const entries = Object.entries(document).flatMap(([key, inner]): [string, Json][] => {
    const next = key === chosen ? replaced(inner as Json, rest, value) : (inner as Json);
    return next === undefined ? [] : [[key, next]];
  });
  return isList ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

const value: fc.Arbitrary<Json | undefined> = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    '',
    0,
    -1,
    1.5,
    1e300,
    true,
    [],
    {},
    [[]],
    'sha256:',
    `sha256:${'0'.repeat(64)}`,
    '../../etc/passwd',
    diffId,
    layerType,
  ),
  // `noNullPrototype`: what JSON.parse makes has one.
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);
const change = fc.record({
  target: fc.constantFrom('config' as const, 'manifest' as const, 'index' as const),
  steps: fc.array(fc.nat({ max: 9 }), { maxLength: 5 }),
  value,
  // A document whose blob is not what the digest says must not be read at all.
  isDigestKept: fc.boolean(),
});

async function store(content: string, name?: string): Promise<string> {
  const digest = name ?? sha256Digest(content);
  await writeFile(join(folder, 'layout/blobs/sha256', digest.slice(7)), content);
  return digest;
}

function withChange(
  documents: Documents,
  target: keyof Documents,
  { steps, value: put }: { steps: readonly number[]; value: Json | undefined },
): string {
  return JSON.stringify(replaced(documents[target], steps, put) ?? null);
}

/** Opening either works and gives what can be read, or fails with a `UserError` that says where. */
async function expectImageOrUserError(name: string): Promise<void> {
  try {
    const image = await openImage(name, { temporaryDir: folder });
    expect(image.layers).toHaveLength(image.config.diffIds.length);
    for (const one of image.layers) await buffer(await one.uncompressed());
    await image.close();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(/layout|archive\.tar/);
  }
}

describe.each(seeds)('with seed %i', (seed) => {
  test('a layout with a document that is changed somewhere', async () => {
    await store(layer.toString('latin1'), diffId);
    await fc.assert(
      fc.asyncProperty(change, async ({ target, isDigestKept, ...put }) => {
        const text = (documents: Documents, kind: keyof Documents): string =>
          kind === target ? withChange(documents, kind, put) : JSON.stringify(documents[kind]);
        const asWas = { config, manifest: null, index: null };
        const configText = text(asWas, 'config');
        const configDigest = await store(
          configText,
          isDigestKept ? sha256Digest(JSON.stringify(config)) : undefined,
        );
        const manifest: Json = {
          schemaVersion: 2,
          config: descriptor('config', configDigest, configText.length),
          layers: [{ mediaType: layerType, digest: diffId, size: layer.length }],
        };
        const manifestText = text({ ...asWas, manifest }, 'manifest');
        const manifestDigest = await store(
          manifestText,
          isDigestKept ? sha256Digest(JSON.stringify(manifest)) : undefined,
        );
        const index: Json = {
          schemaVersion: 2,
          manifests: [descriptor('manifest', manifestDigest, manifestText.length)],
        };
        await writeFile(join(folder, 'layout/index.json'), text({ ...asWas, index }, 'index'));
        await expectImageOrUserError(`oci:${join(folder, 'layout')}`);
      }),
      { seed, numRuns: 250 },
    );
  });

  test('a docker-archive with a document that is changed somewhere', async () => {
    await fc.assert(
      fc.asyncProperty(change, async ({ target, isDigestKept, ...put }) => {
        const documents = { config, manifest: dockerManifest, index: null };
        const kind = target === 'config' ? 'config' : 'manifest';
        const changed = withChange(documents, kind, put);
        const members = [
          { path: 'manifest.json', content: kind === 'manifest' ? changed : JSON.stringify(dockerManifest) },
          { path: 'config.json', content: kind === 'config' ? changed : JSON.stringify(config) },
          ...(isDigestKept ? [{ path: 'layer.tar', content: layer }] : []),
        ];
        await writeFile(join(folder, 'archive.tar'), await buffer(writeTar(members)));
        await expectImageOrUserError(`docker-archive:${join(folder, 'archive.tar')}`);
      }),
      { seed, numRuns: 200 },
    );
  });

  test('any JSON and any text for an index and a manifest', async () => {
    const text = fc.oneof(
      fc.json(),
      fc.string(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        await writeFile(join(folder, 'layout/index.json'), content);
        await expectImageOrUserError(`oci:${join(folder, 'layout')}`);
        await writeFile(
          join(folder, 'archive.tar'),
          await buffer(writeTar([{ path: 'manifest.json', content }])),
        );
        await expectImageOrUserError(`docker-archive:${join(folder, 'archive.tar')}`);
      }),
      { seed, numRuns: 100 },
    );
  });
});

test('what is not changed is opened', async () => {
  await store(layer.toString('latin1'), diffId);
  const configText = JSON.stringify(config);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: descriptor('config', await store(configText), configText.length),
    layers: [{ mediaType: layerType, digest: diffId, size: layer.length }],
  });
  await writeFile(
    join(folder, 'layout/index.json'),
    JSON.stringify({
      schemaVersion: 2,
      manifests: [descriptor('manifest', await store(manifest), manifest.length)],
    }),
  );
  const image = await openImage(`oci:${join(folder, 'layout')}`, { temporaryDir: folder });
  expect(image.layers.map((one) => one.createdBy)).toEqual(['COPY . .']);
});
