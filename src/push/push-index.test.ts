import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentProgress, UserError } from '../base/index.ts';
import {
  buildImage,
  openImage,
  openManifestTree,
  openRegistrySink,
  writeDockerArchive,
} from '../image/index.ts';
import { startUploadRegistry, type UploadRegistry } from '../image/registry/fixtures/upload-registry.ts';
import { writeMultiPlatform } from './fixtures/multi-platform.ts';
import { type LayerPacking, type PushReport, pushImage, pushIndex } from './index.ts';

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

test('of an index only one image is pushed without being asked for more, and what else there is is said', async () => {
  const layout = await writeMultiPlatform(join(folder, 'layout'));
  await push(`oci:${layout.path}:v1`);
  for (const source of [`oci:${layout.path}:v1`, `registry:${registry.host}/team/app:1`]) {
    const platform = { os: 'linux', architecture: 'arm64' };
    const image = await openImage(source, { temporaryDir: folder, platform });
    const sink = await openRegistrySink(`${registry.host}/one/app:1`, { access: {} });
    const request = { image, sink, cacheDir: join(folder, 'cache'), progress: silentProgress };
    const report = await pushImage({ ...request, packing: { format: 'zstd' } });
    expect(report.remarks).toEqual([
      'The index lists more than this image: linux/amd64, 1 attestation about it. --all-platforms pushes it all.',
    ]);
    sink.close();
    await image.close();
  }
});

describe('what refers to an index', () => {
  const listTag = (digest: string | undefined): string => `sha256-${digest?.slice(7)}`;

  /** The digests and kinds that the list under a tag of the referrers tag schema has. */
  const listed = (repository: string, digest: string | undefined): unknown =>
    JSON.parse(registry.manifests.get(`${repository}:${listTag(digest)}`)?.content ?? '{}').manifests;

  test('goes with it before the tag, and is listed where the registry keeps no list', async () => {
    const layout = await writeMultiPlatform(join(folder, 'layout'), { hasReferrer: true });
    const [bill, signature, cosigned] = layout.referrers;
    const sigTag = `${listTag(layout.manifests[0]?.digest)}.sig`;
    const report = await push(`oci:${layout.path}:v1`);
    expect(report.digest).toBe(layout.digest);
    expect(report.remarks).toEqual([
      expect.stringMatching(new RegExp(`went with it: ${bill?.digest}, ${sigTag}, ${signature?.digest}`)),
    ]);
    for (const { digest, content } of layout.referrers) {
      expect(registry.manifests.get(`team/app@${digest}`)?.content).toBe(content);
    }
    expect(registry.manifests.get(`team/app:${sigTag}`)?.content).toBe(cosigned?.content);
    expect(puts().at(-1)).toBe('1');
    expect(listed('team/app', layout.digest)).toEqual([
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: bill?.digest,
        size: bill?.content.length,
        artifactType: 'application/vnd.example.sbom',
        annotations: { made: 'today' },
      },
    ]);
    expect(listed('team/app', bill?.digest)).toEqual([
      expect.objectContaining({
        digest: signature?.digest,
        artifactType: 'application/vnd.oci.empty.v1+json',
      }),
    ]);
    const lists = puts().length;
    await push(`oci:${layout.path}:v1`);
    // What is listed already is not listed twice, and the list is not sent again.
    expect(puts()).toHaveLength(2 * lists - 2);
    expect(listed('team/app', layout.digest)).toHaveLength(1);
  });

  test.each([true, false])(
    'goes from registry to registry (lists kept by the registry: %s)',
    async (isKept) => {
      registry.keepsReferrers = isKept;
      const layout = await writeMultiPlatform(join(folder, 'layout'), { hasReferrer: true });
      await push(`oci:${layout.path}:v1`);
      expect([...registry.manifests.keys()].includes(`team/app:${listTag(layout.digest)}`)).toBe(!isKept);
      await push(`registry:${registry.host}/team/app:1`, 'other/app:1');
      for (const { digest, content } of layout.referrers) {
        expect(registry.manifests.get(`other/app@${digest}`)?.content).toBe(content);
      }
      expect(registry.manifests.has(`other/app:${listTag(layout.manifests[0]?.digest)}.sig`)).toBe(true);
    },
  );

  test('is no reason not to push the image where the registry takes images only', async () => {
    const layout = await writeMultiPlatform(join(folder, 'layout'), { hasReferrer: true });
    const [bill, signature] = layout.referrers;
    registry.fault = ({ method, path }) =>
      method === 'PUT' && path.endsWith(`/manifests/${bill?.digest}`) ? { status: 400 } : undefined;
    const report = await push(`oci:${layout.path}:v1`);
    expect(registry.manifests.get('team/app:1')?.content).toBe(layout.content);
    expect(report.remarks).toEqual([
      expect.stringMatching(/went with it: sha256-[0-9a-f]{64}\.sig\.$/),
      expect.stringMatching(new RegExp(`^${bill?.digest}, which refers to it, was left out: .*400`)),
      `${signature?.digest} was left out with what it speaks of.`,
    ]);
  });

  test('is left out where that has another digest now', async () => {
    const layout = await writeMultiPlatform(join(folder, 'layout'), {
      compression: 'none',
      hasReferrer: true,
    });
    const report = await push(`oci:${layout.path}:v1`, 'team/app:1', { format: 'gzip' });
    const names = layout.referrers.map(({ digest }) => digest);
    expect(report.remarks?.slice(2)).toEqual([
      expect.stringContaining('what it speaks of has another digest now'),
      `${layout.referrers[1]?.digest} was left out with what it speaks of.`,
    ]);
    for (const name of names) expect(registry.manifests.has(`team/app@${name}`)).toBe(false);
  });
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
