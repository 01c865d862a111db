import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentProgress, UserError } from '../base/index.ts';
import { buildImage, openManifestTree, openRegistrySink, writeDockerArchive } from '../image/index.ts';
import { startUploadRegistry, type UploadRegistry } from '../image/registry/fixtures/upload-registry.ts';
import { writeMultiPlatform } from './fixtures/multi-platform.ts';
import { type LayerPacking, type PushReport, pushIndex } from './index.ts';

let folder: string;
let registry: UploadRegistry;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-index-'));
  registry = await startUploadRegistry();
});
afterEach(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

async function push(from: string, to = 'team/app:1', packing?: LayerPacking): Promise<PushReport> {
  const tree = await openManifestTree(from, { temporaryDir: folder });
  const sink = await openRegistrySink(`${registry.host}/${to}`, { access: { pause: async () => {} } });
  try {
    const cacheDir = join(folder, 'cache');
    return await pushIndex({ tree, sink, packing, cacheDir, progress: silentProgress });
  } finally {
    sink.close();
    await tree.close();
  }
}

const puts = (): string[] =>
  registry.seen.flatMap(({ method, path }) =>
    method === 'PUT' ? (/\/manifests\/(.+)$/.exec(path)?.[1] ?? []) : [],
  );

test('an index goes with its images and their attestations, byte for byte, the tag last', async () => {
  const layout = await writeMultiPlatform(join(folder, 'layout'));
  const report = await push(`oci:${layout.path}:v1`);
  expect(report.digest).toBe(layout.digest);
  expect(registry.manifests.get('team/app:1')?.content).toBe(layout.content);
  for (const { digest, content } of layout.manifests) {
    expect(registry.manifests.get(`team/app@${digest}`)?.content).toBe(content);
  }
  expect(puts()).toEqual([...layout.manifests.map(({ digest }) => digest), '1']);
  expect(report.manifests?.map(({ kind, platform }) => [kind, platform])).toEqual([
    ['image', 'linux/amd64'],
    ['image', 'linux/arm64'],
    ['attestation', undefined],
    ['attestation', undefined],
  ]);
  expect(report.remarks).toBeUndefined();
  const again = await push(`oci:${layout.path}:v1`, 'team/app:2');
  expect(again).toMatchObject({ digest: layout.digest, sentBytes: 0 });
});

test('a compression that is asked for makes new manifests, and leaves out what speaks of the old ones', async () => {
  const layout = await writeMultiPlatform(join(folder, 'layout'), { compression: 'none' });
  const plain = await push(`oci:${layout.path}:v1`);
  expect(plain.digest).toBe(layout.digest);
  expect(plain.remarks).toEqual([expect.stringMatching(/^4 layers are stored uncompressed/)]);
  const report = await push(`oci:${layout.path}:v1`, 'team/app:packed', { format: 'gzip' });
  expect(report.digest).not.toBe(layout.digest);
  expect(report.remarks).toHaveLength(2);
  expect(report.remarks?.[0]).toMatch(/^The attestation sha256:.* was left out/);
  const index = JSON.parse(registry.manifests.get('team/app:packed')?.content ?? '');
  expect(index['x-unknown']).toBe(true);
  expect(index.manifests.map(({ platform }: { platform: object }) => platform)).toEqual([
    { architecture: 'amd64', os: 'linux' },
    { architecture: 'arm64', os: 'linux' },
  ]);
  for (const { digest, size } of index.manifests) {
    const { content = '' } = registry.manifests.get(`team/app@${digest}`) ?? {};
    expect(Buffer.byteLength(content)).toBe(size);
    for (const layer of JSON.parse(content).layers) {
      expect(layer.mediaType).toBe('application/vnd.oci.image.layer.v1.tar+gzip');
      expect(registry.blobs.get(`team/app@${layer.digest}`)?.length).toBe(layer.size);
    }
  }
});

test('compression changes nothing where all layers are compressed already', async () => {
  const layout = await writeMultiPlatform(join(folder, 'layout'));
  expect((await push(`oci:${layout.path}:v1`, 'team/app:1', { format: 'zstd' })).digest).toBe(layout.digest);
});

test('from registry to registry, and within one by mounts', async () => {
  const layout = await writeMultiPlatform(join(folder, 'layout'));
  await push(`oci:${layout.path}:v1`);
  await rm(join(folder, 'cache'), { recursive: true });
  const report = await push(`registry:${registry.host}/team/app:1`, 'other/app:1');
  expect(report).toMatchObject({ digest: layout.digest, sentBytes: 0 });
  expect(report.layers.every(({ outcome }) => outcome === 'mounted' || outcome === 'present')).toBe(true);
  expect(registry.manifests.get('other/app:1')?.content).toBe(layout.content);
});

test('what refers to the image is left out, and that is said', async () => {
  const layout = await writeMultiPlatform(join(folder, 'layout'), { hasReferrer: true });
  const report = await push(`oci:${layout.path}:v1`);
  expect(report.digest).toBe(layout.digest);
  expect(report.remarks).toEqual([expect.stringMatching(/signatures among it: sha256:/)]);
});

test('platforms that a layout lists itself are one index', async () => {
  const { path, manifests } = await writeMultiPlatform(join(folder, 'layout'), { isFlat: true });
  await push(`oci:${path}`);
  const index = JSON.parse(registry.manifests.get('team/app:1')?.content ?? '');
  expect(index.manifests.map(({ digest }: { digest: string }) => digest)).toEqual([
    ...manifests.map(({ digest }) => digest),
  ]);
});

describe('nothing is under the tag', () => {
  test('when a platform is not in the layout', async () => {
    const { path, manifests } = await writeMultiPlatform(join(folder, 'layout'));
    await rm(join(path, 'blobs/sha256', manifests[1]?.digest.slice(7) ?? ''));
    await expect(push(`oci:${path}:v1`)).rejects.toThrow(/linux\/arm64\), which is not there/);
    expect(registry.seen).toEqual([]);
  });

  test('when a blob of an attestation is damaged', async () => {
    const { path, manifests } = await writeMultiPlatform(join(folder, 'layout'));
    const { layers } = JSON.parse(manifests[3]?.content ?? '');
    await rm(join(path, 'blobs/sha256', layers[0].digest.slice(7)));
    await expect(push(`oci:${path}:v1`)).rejects.toThrow(UserError);
    expect(registry.manifests.has('team/app:1')).toBe(false);
  });

  test('when the registry refuses the index', async () => {
    const { path } = await writeMultiPlatform(join(folder, 'layout'));
    registry.fault = ({ method, path: at }) =>
      method === 'PUT' && at.endsWith('/1') ? { status: 400 } : undefined;
    await expect(push(`oci:${path}:v1`)).rejects.toThrow(UserError);
    expect(registry.manifests.has('team/app:1')).toBe(false);
  });
});

test('a source that holds one platform is named', async () => {
  const archive = join(folder, 'image.tar');
  await writeDockerArchive(await buildImage({ layers: [[{ path: 'a', content: 'x' }]] }), archive);
  await expect(push(`docker-archive:${archive}`)).rejects.toThrow(/one platform only/);
  await expect(push('docker:app:1')).rejects.toThrow(/one platform only/);
});
