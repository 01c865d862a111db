import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256Digest } from '../base/index.ts';
import {
  buildImage,
  type Image,
  openImage,
  writeDockerArchive,
  writeOciArchive,
  writeOciLayout,
} from './index.ts';

const has = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0;

let folder = '';
let built: Image;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-tools-'));
  built = await buildImage({
    layers: [
      [
        { path: 'etc/', type: 'directory' },
        { path: 'etc/a', content: 'lower'.repeat(2000) },
        { path: 'etc/gone', content: 'x' },
      ],
      [{ path: 'etc/.wh.gone' }, { path: 'etc/b', content: 'upper' }],
    ],
    config: {
      env: ['A=b'],
      cmd: ['/bin/true'],
      history: [
        { createdBy: 'COPY etc /etc', isEmptyLayer: false },
        { createdBy: 'RUN rm /etc/gone', isEmptyLayer: false },
      ],
    },
    compression: 'gzip',
  });
  await writeDockerArchive(built, join(folder, 'docker.tar'), { tags: ['app:1'] });
  await writeOciLayout(built, join(folder, 'oci'), { tag: 'v1' });
  await writeOciArchive(built, join(folder, 'oci.tar'), { tag: 'v1' });
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

function run(tool: string, args: readonly string[]): void {
  const result = spawnSync(tool, args, { encoding: 'utf8', cwd: folder });
  expect(`${result.status} ${result.stderr}`).toMatch(/^0 /);
}

test('an OCI archive is read as the layout is, is written whole, and each time the same', async () => {
  await expectSame(`oci-archive:${join(folder, 'oci.tar')}:v1`);
  await writeOciArchive(built, join(folder, 'again.tar'), { tag: 'v1' });
  const [one, other] = await Promise.all(
    ['oci', 'again'].map((name) => readFile(join(folder, `${name}.tar`))),
  );
  expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true);
  const [layer] = built.layers;
  if (layer === undefined) throw new Error('no layer');
  const broken = { ...built, layers: [{ ...layer, stored: () => Promise.reject(new Error('broken')) }] };
  await expect(writeOciArchive(broken, join(folder, 'broken.tar'))).rejects.toThrow('broken');
  expect((await readdir(folder)).filter((name) => name.startsWith('broken'))).toEqual([]);
});

test('annotations of an image and its layers stand in the manifest', async () => {
  const [first, ...rest] = built.layers;
  if (first === undefined) throw new Error('no layer');
  const image = {
    ...built,
    annotations: { own: 'a' },
    layers: [{ ...first, annotations: { of: 'b' } }, ...rest],
  };
  await writeOciLayout(image, join(folder, 'annotated'));
  const read = async (path: string): Promise<Record<string, never>> =>
    JSON.parse(await readFile(join(folder, 'annotated', path), 'utf8'));
  const { manifests } = (await read('index.json')) as unknown as { manifests: { digest: string }[] };
  const manifest = await read(`blobs/${manifests[0]?.digest.replace(':', '/')}`);
  expect(manifest).toMatchObject({ annotations: { own: 'a' }, layers: [{ annotations: { of: 'b' } }, {}] });
});

async function expectSame(spec: string): Promise<void> {
  const image = await openImage(spec, { temporaryDir: join(folder, 'temporary') });
  expect(image.config.diffIds).toEqual(built.config.diffIds);
  expect(image.config.env).toEqual(built.config.env);
  expect(image.layers.map((layer) => layer.createdBy)).toEqual(['COPY etc /etc', 'RUN rm /etc/gone']);
  for (const layer of image.layers) {
    expect(sha256Digest(await buffer(await layer.uncompressed()))).toBe(layer.diffId);
    expect(sha256Digest(await buffer(await layer.stored()))).toBe(layer.digest);
  }
  await image.close();
}

describe.skipIf(!has('skopeo'))('skopeo', () => {
  test.each([
    ['docker-archive:docker.tar', 'oci:copied-oci:v2', 'oci:copied-oci:v2'],
    ['docker-archive:docker.tar', 'oci-archive:copied-oci.tar:v2', 'oci-archive:copied-oci.tar'],
    ['oci:oci:v1', 'docker-archive:copied-docker.tar:app:2', 'docker-archive:copied-docker.tar'],
    [
      'oci:oci:v1',
      'oci:copied-zstd:v3',
      'oci:copied-zstd:v3',
      '--dest-compress-format=zstd',
      '--dest-compress',
    ],
    ['oci:oci:v1', 'dir:copied-dir', 'dir:copied-dir'],
    ['docker-archive:docker.tar', 'dir:copied-plain', 'dir:copied-plain', '--dest-decompress'],
    ['oci-archive:oci.tar:v1', 'oci:copied-archive:v4', 'oci:copied-archive:v4'],
  ])('reads our %s and writes %s, which we read', async (from, to, spec, ...flags) => {
    run('skopeo', ['copy', '--quiet', '--insecure-policy', ...flags, from, to]);
    const [kind, path = '', ...rest] = spec.split(':');
    await expectSame([kind, join(folder, path), ...rest].join(':'));
  });
});

describe.skipIf(!has('umoci'))('umoci', () => {
  test('unpacks our layout, whiteouts applied', async () => {
    run('umoci', ['unpack', '--rootless', '--image', 'oci:v1', 'bundle']);
    expect(await readFile(join(folder, 'bundle/rootfs/etc/b'), 'utf8')).toBe('upper');
    await expect(readFile(join(folder, 'bundle/rootfs/etc/gone'))).rejects.toThrow('ENOENT');
  });
});
