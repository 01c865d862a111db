import { createReadStream } from 'node:fs';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseDigest, sha256Digest, silentProgress, UserError } from '../base/index.ts';
import { type TarMember, writeTar } from '../tar/index.ts';
import {
  AbsentLayerError,
  buildImage,
  formatConfig,
  hostPlatform,
  type Image,
  type ImageConfig,
  type ImageParts,
  type OpenImageOptions,
  openImage,
  parsePlatform,
  writeDockerArchive,
  writeOciLayout,
} from './index.ts';

let folder = '';
let options: OpenImageOptions = { temporaryDir: '' };
let counter = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-image-'));
  options = { temporaryDir: join(folder, 'temporary') };
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

function fresh(name: string): string {
  counter += 1;
  return join(folder, `${counter}-${name}`);
}

const parts: ImageParts = {
  layers: [
    [
      { path: 'etc/', type: 'directory' },
      { path: 'etc/a', content: 'lower'.repeat(500) },
    ],
    [{ path: 'etc/b', content: 'upper' }],
  ],
  config: {
    env: ['PATH=/usr/bin', 'EMPTY='],
    entrypoint: ['python'],
    cmd: ['-m', 'app'],
    workingDir: '/app',
    user: '1000:1000',
    exposedPorts: ['8000/tcp'],
    volumes: ['/data'],
    labels: { a: 'b' },
    stopSignal: 'SIGINT',
    healthcheck: {
      test: ['CMD', 'true'],
      intervalNanoseconds: 5e9,
      startIntervalNanoseconds: 1e9,
      retries: 3,
    },
    shell: ['/bin/bash', '-c'],
    onBuild: ['COPY . /app'],
    author: 'Ada',
    history: [
      {
        createdBy: 'COPY etc /etc # buildkit',
        isEmptyLayer: false,
        created: '2024-01-01T00:00:00Z',
        author: 'Ada',
      },
      { createdBy: 'ENV A=b', isEmptyLayer: true },
      {
        createdBy: 'RUN /bin/sh -c echo upper > /etc/b # buildkit',
        isEmptyLayer: false,
        comment: 'buildkit',
      },
    ],
  },
};

async function writeArchive(members: readonly TarMember[], name = 'archive.tar'): Promise<string> {
  const path = fresh(name);
  await writeFile(path, await buffer(writeTar(members)));
  return path;
}

async function tarOf(...members: TarMember[]): Promise<Buffer> {
  return await buffer(writeTar(members));
}

function configJson(diffIds: readonly string[], more: Partial<ImageConfig> = {}): string {
  const empty = { env: [], entrypoint: [], cmd: [], workingDir: '', user: '', exposedPorts: [], volumes: [] };
  const platform = { os: 'linux', architecture: 'amd64' };
  return formatConfig({ platform, ...empty, labels: {}, history: [], diffIds, ...more });
}

/** The error of opening an image, as one text. */
async function failure(spec: string, more: Partial<OpenImageOptions> = {}): Promise<string> {
  const problem = await openImage(spec, { ...options, ...more }).then(
    () => new Error('it opened'),
    (error: unknown) => error,
  );
  expect(problem).toBeInstanceOf(UserError);
  return problem instanceof UserError ? `${problem.message} | ${problem.hint}` : '';
}

async function contents(image: Image): Promise<string[]> {
  const tars = await Promise.all(image.layers.map(async (layer) => await buffer(await layer.uncompressed())));
  return tars.map((tar) => sha256Digest(tar));
}

describe('an image of ours read back', () => {
  describe.each(['none', 'gzip', 'zstd'] as const)('layers with compression %s', (compression) => {
    test.each(['docker-archive', 'oci', 'oci-archive', 'bare archive', 'bare layout', 'gzipped archive'])(
      'from %s',
      async (medium) => {
        const built = await buildImage({ ...parts, compression });
        const path = fresh('image');
        if (medium === 'oci' || medium === 'bare layout') await writeOciLayout(built, path, { tag: 'v1' });
        else await writeDockerArchive(built, path, { tags: ['app:1'] });
        if (medium === 'gzipped archive') await writeFile(path, gzipSync(await readFile(path)));
        const spec = medium.includes(' ') ? path : `${medium}:${path}`;
        const image = await openImage(spec, options);
        expect(image.config).toEqual(built.config);
        expect(
          image.layers.map((layer) => [layer.digest, layer.diffId, layer.sizeBytes, layer.createdBy]),
        ).toEqual(
          built.layers.map((layer) => [layer.digest, layer.diffId, layer.sizeBytes, layer.createdBy]),
        );
        expect(await contents(image)).toEqual(built.config.diffIds);
        for (const layer of image.layers) {
          expect(sha256Digest(await buffer(await layer.stored()))).toBe(layer.digest);
        }
        await image.close();
        await expect(image.layers[0]?.uncompressed()).rejects.toThrow('closed');
        expect(await readdir(options.temporaryDir).catch(() => [])).toEqual([]);
      },
    );
  });

  test('the same image gives the same bytes', async () => {
    const [one, other] = [fresh('a.tar'), fresh('b.tar')];
    await writeDockerArchive(await buildImage(parts), one);
    await writeDockerArchive(await buildImage(parts), other);
    expect((await readFile(one)).equals(await readFile(other))).toBe(true);
  });

  test('a layout is never written over something', async () => {
    const path = fresh('layout');
    await mkdir(path);
    await writeFile(join(path, 'mine'), 'x');
    await expect(writeOciLayout(await buildImage(parts), path)).rejects.toThrow('is not empty');
    expect(await readdir(path)).toEqual(['mine']);
  });
});

describe('docker-archive of Docker 25 and later', () => {
  /** An archive with both kinds of tables of contents. */
  async function both(tables: { readonly manifest: string; readonly index: string }): Promise<string> {
    const blobs = littleImage(await tarOf({ path: 'x' }));
    return await writeArchive([
      ...blobs.map(({ content }) => ({ path: `blobs/sha256/${sha256Digest(content).slice(7)}`, content })),
      { path: 'index.json', content: tables.index },
      { path: 'manifest.json', content: tables.manifest },
      { path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    ]);
  }
  const inBlobs = (content: string | Buffer): string => `blobs/sha256/${sha256Digest(content).slice(7)}`;

  test('manifest.json goes before the index, which may be null or tell of something else', async () => {
    const [layer, config] = littleImage(await tarOf({ path: 'x' }));
    const manifest = JSON.stringify([
      { Config: inBlobs(config.content), RepoTags: ['app:1'], Layers: [inBlobs(layer.content)] },
    ]);
    for (const index of ['{"schemaVersion":2,"manifests":null}', '{"schemaVersion":2}', 'no JSON']) {
      const path = await both({ manifest, index });
      const image = await openImage(path, { ...options, tag: 'app:1' });
      expect(image.digest).toBe(sha256Digest(config.content));
      expect(await contents(image)).toEqual(image.config.diffIds);
    }
  });

  test('another platform than that of manifest.json is looked for in the index', async () => {
    const tar = await tarOf({ path: 'x' });
    const amd = littleImage(tar, { platform: 'linux/amd64' });
    const arm = littleImage(tar, { platform: 'linux/arm64' });
    const manifests = [descriptor(amd[2]), descriptor(arm[2])].map((one) => ({
      ...one,
      annotations: { 'io.containerd.image.name': 'docker.io/library/app:1' },
    }));
    const [layer, config] = amd;
    const path = await writeArchive([
      ...new Map(
        [...amd, ...arm].map(({ content }) => [inBlobs(content), { path: inBlobs(content), content }]),
      ).values(),
      { path: 'index.json', content: JSON.stringify({ schemaVersion: 2, manifests }) },
      {
        path: 'manifest.json',
        content: JSON.stringify([
          { Config: inBlobs(config.content), RepoTags: ['app:1'], Layers: [inBlobs(layer.content)] },
        ]),
      },
    ]);
    expect((await openImage(path, options)).platform.architecture).toBe('amd64');
    const other = await openImage(path, { ...options, platform: parsePlatform('arm64'), tag: 'app:1' });
    expect(other.platform.architecture).toBe('arm64');
    expect(await failure(path, { platform: parsePlatform('s390x') })).toContain(
      'Choose one with --platform: linux/amd64, linux/arm64.',
    );
  });

  test('neither names an image', async () => {
    const index = '{"schemaVersion":2,"manifests":null}';
    expect(await failure(await both({ manifest: '[]', index }))).toContain('holds no image');
  });
});

describe('docker-archive of before Docker 25', () => {
  test('layers by ID, one of them a symlink to another, and several tags', async () => {
    const tar = await tarOf({ path: 'x', content: 'one' });
    const config = configJson([sha256Digest(tar), sha256Digest(tar)]);
    const hex = parseDigest(sha256Digest(config))?.hex ?? '';
    const path = await writeArchive([
      { path: `${hex}.json`, content: config },
      { path: 'aaa/', type: 'directory' },
      { path: 'aaa/layer.tar', content: tar },
      { path: 'bbb/layer.tar', type: 'symlink', linkPath: '../aaa/layer.tar' },
      {
        path: 'manifest.json',
        content: JSON.stringify([
          {
            Config: `${hex}.json`,
            RepoTags: ['app:1', 'app:latest'],
            Layers: ['aaa/layer.tar', 'bbb/layer.tar'],
          },
        ]),
      },
    ]);
    const image = await openImage(`docker-archive:${path}`, options);
    expect(image.digest).toBe(`sha256:${hex}`);
    expect(await contents(image)).toEqual(image.config.diffIds);
    expect(image.layers[1]?.digest).toBe(sha256Digest(tar));
  });

  test('links in a circle are an error, as is a layer that is missing', async () => {
    const config = configJson([sha256Digest('x')]);
    const archive = async (member: TarMember[]): Promise<string> =>
      await writeArchive([
        { path: 'config.json', content: config },
        ...member,
        {
          path: 'manifest.json',
          content: '[{"Config":"config.json","RepoTags":null,"Layers":["a/layer.tar"]}]',
        },
      ]);
    const circle = await archive([
      { path: 'a/layer.tar', type: 'symlink', linkPath: '../b' },
      { path: 'b', type: 'symlink', linkPath: 'a/layer.tar' },
    ]);
    expect(await failure(`docker-archive:${circle}`)).toContain('form a circle');
    expect(await failure(`docker-archive:${await archive([])}`)).toContain('a/layer.tar is missing');
  });

  test('several images: a tag is asked for, and those present are listed', async () => {
    const layer = await tarOf();
    const [one, two] = ['one', 'two'].map((name) => configJson([sha256Digest(layer)], { labels: { name } }));
    const path = await writeArchive([
      { path: '1.json', content: one ?? '' },
      { path: '2.json', content: two ?? '' },
      { path: 'layer.tar', content: layer },
      {
        path: 'manifest.json',
        content: JSON.stringify([
          { Config: '1.json', RepoTags: ['app:1'], Layers: ['layer.tar'] },
          { Config: '2.json', RepoTags: ['registry.example/app:2'], Layers: ['layer.tar'] },
        ]),
      },
    ]);
    const message = await failure(path);
    expect(message).toContain('holds 2 images');
    expect(message).toContain('app:1 (linux/amd64), registry.example/app:2 (linux/amd64)');
    expect(await failure(path, { tag: 'app:3' })).toContain('no image tagged app:3');
    const image = await openImage(path, { ...options, tag: 'docker.io/library/app:1' });
    expect(image.config.labels).toEqual({ name: 'one' });
    const labelsOf = async (name: string): Promise<unknown> => (await openImage(name, options)).config.labels;
    expect(await labelsOf(`docker-archive:${path}:app:1`)).toEqual({ name: 'one' });
    expect(await labelsOf(`${path}:registry.example/app:2`)).toEqual({ name: 'two' });
    const colons = join(dirname(path), 'a:1.tar');
    await rename(path, colons);
    expect(await labelsOf(`docker-archive:${colons}:app:1`)).toEqual({ name: 'one' });
    expect(await failure(`docker-archive:${colons}:app:3`)).toContain('no image tagged app:3');
  });

  test('a compressed layer that no path gives a digest of', async () => {
    const tar = await tarOf({ path: 'x', content: 'one' });
    const path = await writeArchive([
      { path: 'c.json', content: configJson([sha256Digest(tar)]) },
      { path: 'l.tar.gz', content: gzipSync(tar) },
      { path: 'manifest.json', content: '[{"Config":"c.json","Layers":["l.tar.gz"]}]' },
    ]);
    const image = await openImage(path, options);
    expect(image.layers[0]?.digest).toBe(sha256Digest(gzipSync(tar)));
    expect(await contents(image)).toEqual(image.config.diffIds);
  });

  test('a foreign layer that the archive does not hold is named with its place', async () => {
    const diffId = sha256Digest('windows');
    const source = {
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      size: 9,
      digest: diffId,
    };
    const path = await writeArchive([
      { path: 'c.json', content: configJson([diffId]) },
      {
        path: 'manifest.json',
        content: JSON.stringify([
          {
            Config: 'c.json',
            Layers: ['gone/layer.tar'],
            LayerSources: { [diffId]: { ...source, urls: ['https://example.com/base'] } },
          },
        ]),
      },
    ]);
    const image = await openImage(path, options);
    expect(image.layers[0]?.urls).toEqual(['https://example.com/base']);
    await expect(image.layers[0]?.uncompressed()).rejects.toThrow(AbsentLayerError);
  });
});

interface LayoutFile {
  readonly content: string | Buffer;
  readonly mediaType: string;
}

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const ociIndex = 'application/vnd.oci.image.index.v1+json';

/** Writes blobs and an index.json into a new directory. */
async function layout(blobs: readonly LayoutFile[], manifests: readonly object[] | null): Promise<string> {
  const path = fresh('layout');
  await mkdir(join(path, 'blobs', 'sha256'), { recursive: true });
  for (const { content } of blobs) {
    await writeFile(join(path, 'blobs', 'sha256', sha256Digest(content).slice(7)), content);
  }
  await writeFile(join(path, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(path, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  return path;
}

function descriptor(file: LayoutFile, more: object = {}): object {
  const size = Buffer.byteLength(file.content);
  return { mediaType: file.mediaType, digest: sha256Digest(file.content), size, ...more };
}

/** The blobs of a little image; the last one is its manifest. */
function littleImage(
  tar: Buffer,
  more: {
    readonly platform?: string;
    readonly layerType?: string;
    readonly configType?: string;
    readonly blob?: Buffer;
  } = {},
): [LayoutFile, LayoutFile, LayoutFile] {
  const layer = {
    content: more.blob ?? tar,
    mediaType: more.layerType ?? 'application/vnd.oci.image.layer.v1.tar+gzip',
  };
  const platform = parsePlatform(more.platform ?? 'linux/amd64');
  const config = {
    content: configJson([sha256Digest(tar)], { platform }),
    mediaType: more.configType ?? 'application/vnd.oci.image.config.v1+json',
  };
  const manifest = {
    content: JSON.stringify({ schemaVersion: 2, config: descriptor(config), layers: [descriptor(layer)] }),
    mediaType: ociManifest,
  };
  return [layer, config, manifest];
}

describe('OCI layout', () => {
  test('a nested index, an attestation, and the platform asked for', async () => {
    const tar = await tarOf({ path: 'x' });
    const amd = littleImage(tar, { platform: 'linux/amd64' });
    const arm = littleImage(tar, { platform: 'linux/arm64/v8' });
    const attestation = littleImage(tar, { platform: 'unknown/unknown' });
    const index = {
      mediaType: ociIndex,
      content: JSON.stringify({
        schemaVersion: 2,
        manifests: [
          descriptor(amd[2], { platform: { os: 'linux', architecture: 'amd64' } }),
          descriptor(arm[2], { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }),
          descriptor(attestation[2], {
            platform: { os: 'unknown', architecture: 'unknown' },
            annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
          }),
        ],
      }),
    };
    const path = await layout([...amd, ...arm, ...attestation, index], [descriptor(index)]);
    const opened = await openImage(path, { ...options, platform: parsePlatform('arm64') });
    expect(opened.platform).toEqual({ os: 'linux', architecture: 'arm64' });
    const message = await failure(path, { platform: parsePlatform('linux/s390x') });
    expect(message).toMatch(/no image for linux\/s390x.*--platform: linux\/amd64, linux\/arm64\/v8\.$/);
    const host = hostPlatform().architecture;
    if (host === 'amd64' || host === 'arm64') {
      expect((await openImage(path, options)).platform.architecture).toBe(host);
    }
  });

  test('the only image is taken whatever its platform, unless another one is asked for', async () => {
    const blobs = littleImage(await tarOf(), { platform: 'linux/riscv64' });
    const path = await layout(blobs, [descriptor(blobs[2])]);
    expect((await openImage(path, options)).platform.architecture).toBe('riscv64');
    expect(await failure(path, { platform: parsePlatform('amd64') })).toContain(
      'It is for linux/riscv64 alone',
    );
  });

  test('ARM runs the older variants, the newest first', async () => {
    const tar = await tarOf();
    const images = ['linux/arm/v5', 'linux/arm/v6'].map((platform) => littleImage(tar, { platform }));
    const path = await layout(
      images.flat(),
      images.map((image) => descriptor(image[2])),
    );
    const image = await openImage(path, { ...options, platform: parsePlatform('linux/arm/v7') });
    expect(image.platform.variant).toBe('v6');
    expect(await failure(path, { platform: parsePlatform('linux/arm64') })).toContain(
      'no image for linux/arm64',
    );
  });

  test('tags, as skopeo and as BuildKit write them', async () => {
    const one = littleImage(await tarOf({ path: '1' }));
    const two = littleImage(await tarOf({ path: '2' }));
    const path = await layout(
      [...one, ...two],
      [
        descriptor(one[2], { annotations: { 'org.opencontainers.image.ref.name': 'v1' } }),
        descriptor(two[2], {
          annotations: {
            'org.opencontainers.image.ref.name': 'v2',
            'io.containerd.image.name': 'docker.io/library/app:v2',
          },
        }),
      ],
    );
    expect((await openImage(`oci:${path}:v1`, options)).digest).toBe(sha256Digest(one[2].content));
    expect((await openImage(`${path}:v2`, options)).digest).toBe(sha256Digest(two[2].content));
    expect((await openImage(path, { ...options, tag: 'app:v2' })).digest).toBe(sha256Digest(two[2].content));
    expect(await failure(path)).toContain('v2 = docker.io/library/app:v2');
  });

  test('media types lie: the first bytes of a layer decide', async () => {
    const tar = await tarOf({ path: 'x', content: 'x'.repeat(3000) });
    const gzip = 'application/vnd.oci.image.layer.v1.tar+gzip';
    const eStargz = Buffer.concat([
      gzipSync(tar.subarray(0, 700)),
      gzipSync(tar.subarray(700)),
      gzipSync(Buffer.alloc(0)),
    ]);
    for (const [blob, layerType] of [
      [tar, gzip],
      [gzipSync(tar), 'application/vnd.oci.image.layer.v1.tar'],
      [zstdCompressSync(tar), gzip],
      [zstdCompressSync(tar), 'application/vnd.docker.image.rootfs.diff.tar.zstd'],
      [eStargz, gzip],
      [Buffer.concat([gzipSync(tar), Buffer.alloc(100_000)]), gzip],
    ] as const) {
      const blobs = littleImage(tar, { blob, layerType });
      const image = await openImage(await layout(blobs, [descriptor(blobs[2])]), options);
      expect(await contents(image)).toEqual([sha256Digest(tar)]);
    }
  });

  test('a foreign layer that the layout does not hold is named with its place', async () => {
    const tar = await tarOf();
    const urls = ['https://example.com/base'];
    const [layer, config] = littleImage(tar, {
      layerType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    });
    const layers = [descriptor(layer, { urls })];
    const content = JSON.stringify({ schemaVersion: 2, config: descriptor(config), layers });
    const manifest = { content, mediaType: ociManifest };
    const absent = await openImage(await layout([config, manifest], [descriptor(manifest)]), options);
    expect(absent.layers[0]?.urls).toEqual(urls);
    await expect(absent.layers[0]?.stored()).rejects.toThrow(AbsentLayerError);
    const held = await openImage(await layout([layer, config, manifest], [descriptor(manifest)]), options);
    expect(await contents(held)).toEqual(held.config.diffIds);
  });

  test.each<[reason: string, make: (tar: Buffer) => Promise<string>, expected: RegExp]>([
    ['no image at all (`"manifests": null` occurs)', async () => await layout([], null), /holds no image/],
    [
      'an artifact that is no image',
      async (tar) => {
        const blobs = littleImage(tar, { configType: 'application/vnd.cncf.helm.config.v1+json' });
        return await layout(blobs, [descriptor(blobs[2])]);
      },
      /no container image but application\/vnd\.cncf\.helm/,
    ],
    [
      'a layer type that is no tar is named',
      async (tar) => {
        const blobs = littleImage(tar, {
          layerType: 'application/vnd.oci.image.layer.v1.tar+gzip+encrypted',
        });
        return await layout(blobs, [descriptor(blobs[2])]);
      },
      /layer 1 of 1 .*tar\+gzip\+encrypted.*Decrypt/,
    ],
    [
      'a manifest that is missing',
      async (tar) => {
        const blobs = littleImage(tar);
        return await layout(blobs.slice(0, 2), [descriptor(blobs[2])]);
      },
      /the manifest sha256:[0-9a-f]{64}, which is missing/,
    ],
    [
      'a layer that is missing',
      async (tar) => {
        const blobs = littleImage(tar);
        return await layout(blobs.slice(1), [descriptor(blobs[2])]);
      },
      /blobs\/sha256\/[0-9a-f]{64} is missing/,
    ],
    [
      'a manifest that is not what its digest says',
      async (tar) => {
        const blobs = littleImage(tar);
        const path = await layout(blobs, [descriptor(blobs[2])]);
        await writeFile(join(path, 'blobs/sha256', sha256Digest(blobs[2].content).slice(7)), '{}');
        return path;
      },
      /does not have its digest/,
    ],
    [
      'more diffIDs than layers',
      async (tar) => {
        const [layer, , manifest] = littleImage(tar);
        const config = { content: configJson(['a', 'b'].map((name) => sha256Digest(name))), mediaType: 'x' };
        const more = JSON.parse(String(manifest.content));
        more.config = { ...more.config, digest: sha256Digest(config.content) };
        const changed = { content: JSON.stringify(more), mediaType: ociManifest };
        return await layout([layer, config, changed], [descriptor(changed)]);
      },
      /lists 1 layers, but its configuration 2/,
    ],
    [
      'a manifest that is malformed, with the place inside it',
      async () => {
        const bad = {
          content: '{"schemaVersion":2,"config":{"mediaType":"x","digest":"md5:1","size":1}}',
          mediaType: ociManifest,
        };
        return await layout([bad], [descriptor(bad)]);
      },
      /malformed at config\.digest/,
    ],
  ])('%s', async (_reason, make, expected) => {
    expect(await failure(`oci:${await make(await tarOf())}`)).toMatch(expected);
  });
});

describe('an image in a directory, as skopeo writes it (dir:)', () => {
  async function directory(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
    const path = fresh('dir');
    await mkdir(path);
    const all = { version: 'Directory Transport Version: 1.1\n', ...files };
    for (const [name, content] of Object.entries(all)) await writeFile(join(path, name), content);
    return path;
  }
  const hex = (blob: LayoutFile): string => sha256Digest(blob.content).slice(7);

  test.each(['dir:', ''])('named %j before its path', async (prefix) => {
    const tar = await tarOf({ path: 'a', content: 'x' });
    const [layer, config, manifest] = littleImage(tar);
    const path = await directory({
      'manifest.json': manifest.content,
      [hex(layer)]: layer.content,
      [hex(config)]: config.content,
    });
    const image = await openImage(`${prefix}${path}`, options);
    expect([image.digest, image.layers.length]).toEqual([sha256Digest(manifest.content), 1]);
    expect(await contents(image)).toEqual([sha256Digest(tar)]);
    await truncate(join(path, hex(layer)), 300);
    expect(await failure(path)).toMatch(/has 300 bytes, but its manifest says/);
    await rm(join(path, hex(layer)));
    expect(await failure(path)).toMatch(/[0-9a-f]{64} is missing in/);
  });

  test('an index of several, as skopeo copy --all writes it', async () => {
    const [layer, config, manifest] = littleImage(await tarOf({ path: 'a' }));
    const platform = { os: 'linux', architecture: 'amd64' };
    const path = await directory({
      'manifest.json': JSON.stringify({ schemaVersion: 2, manifests: [descriptor(manifest, { platform })] }),
      [`${hex(manifest)}.manifest.json`]: manifest.content,
      [hex(layer)]: layer.content,
      [hex(config)]: config.content,
    });
    expect((await openImage(`dir:${path}`, options)).digest).toBe(sha256Digest(manifest.content));
  });

  test('a root file system with a file of that name stays one', async () => {
    const path = fresh('root');
    await mkdir(join(path, 'etc'), { recursive: true });
    await writeFile(join(path, 'version'), '1.1');
    await writeFile(join(path, 'manifest.json'), '{}');
    expect((await openImage(path, options)).layers).toHaveLength(1);
  });
});

describe('a layer of more than 2 GiB', () => {
  // 2 GiB and half a KiB of zeros, which is a tar of nothing; its digest as `head -c 2147484160 /dev/zero | sha256sum` gives it.
  const sizeBytes = 2 ** 31 + 512;
  const digest = 'sha256:17f5b6a32ce5d36010fef46f65d8969ffa79d29e32850391c64f45f6807a51db';

  test.each(['docker-archive', 'oci-archive'])('in a %s, and one behind it', async (medium) => {
    const small = await tarOf({ path: 'x', content: 'behind' });
    const config = configJson([digest, sha256Digest(small)]);
    const mediaType = 'application/vnd.oci.image.layer.v1.tar';
    const manifest = JSON.stringify({
      schemaVersion: 2,
      config: descriptor({ content: config, mediaType: 'application/vnd.oci.image.config.v1+json' }),
      layers: [
        { mediaType, digest, size: sizeBytes },
        { mediaType, digest: sha256Digest(small), size: small.length },
      ],
    });
    const index = {
      schemaVersion: 2,
      manifests: [descriptor({ content: manifest, mediaType: ociManifest })],
    };
    const blob = (name: string): string => `blobs/sha256/${name.slice(7)}`;
    const documents: TarMember[] = [
      ...[small, config, manifest].map((content) => ({ path: blob(sha256Digest(content)), content })),
      { path: 'index.json', content: JSON.stringify(index) },
      {
        path: 'manifest.json',
        content: JSON.stringify([
          { Config: blob(sha256Digest(config)), Layers: [blob(digest), blob(sha256Digest(small))] },
        ]),
      },
    ];
    // The zeros are a hole in the file, so that it takes no room.
    const zeros = { sizeBytes, open: () => createReadStream('/dev/zero') };
    let header = Buffer.alloc(0);
    for await (const chunk of writeTar([{ path: blob(digest), content: zeros }])) {
      header = chunk;
      break;
    }
    expect(header).toHaveLength(512);
    const path = fresh('big.tar');
    await writeFile(path, header);
    await truncate(path, header.length + sizeBytes);
    await appendFile(path, await tarOf(...documents));
    const image = await openImage(`${medium}:${path}`, options);
    expect(image.layers.map((layer) => layer.sizeBytes)).toEqual([sizeBytes, small.length]);
    expect(await image.layers[1]?.uncompressed().then(buffer)).toEqual(small);
    let seenBytes = 0;
    for await (const chunk of (await image.layers[0]?.stored()) ?? []) {
      seenBytes += chunk.length;
      // To the end once, where other tools fail; it takes seconds.
      if (medium === 'docker-archive') break;
    }
    expect(seenBytes).toBe(medium === 'docker-archive' ? 512 * 1024 : sizeBytes);
    await image.close();
  });
});

describe('damaged layers', () => {
  async function imageOf(tar: Buffer, blob: Buffer, replaced?: Buffer): Promise<Image> {
    const blobs = littleImage(tar, { blob });
    const path = await layout(blobs, [descriptor(blobs[2])]);
    if (replaced) await writeFile(join(path, 'blobs/sha256', sha256Digest(blob).slice(7)), replaced);
    return await openImage(path, options);
  }
  const noise = Buffer.from(Array.from({ length: 9000 }, (_, at) => (at * 7919 * (at % 13)) % 251));

  test('a layer that does not decode is named with its digest and the offset', async () => {
    const tar = await tarOf({ path: 'x', content: noise });
    const broken = Buffer.from(gzipSync(tar));
    broken.fill(0xff, 600, 650);
    const image = await imageOf(tar, broken);
    await expect(image.layers[0]?.uncompressed().then(buffer)).rejects.toThrow(
      new RegExp(
        `layer 1 of 1 in .* \\(${sha256Digest(broken)}\\) cannot be read after \\d+ of ${broken.length} stored bytes`,
      ),
    );
  });

  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('a cut-off %s layer whose digest is right is an error', async (_name, compress) => {
    const tar = await tarOf({ path: 'x', content: noise });
    const packed = compress(tar);
    const image = await imageOf(tar, packed.subarray(0, packed.length - 30));
    await expect(image.layers[0]?.uncompressed().then(buffer)).rejects.toThrow(/cannot be read.*end/);
  });

  test('bytes that are not those of the digest, or of the diffID', async () => {
    const tar = await tarOf({ path: 'x', content: 'good' });
    const evil = await tarOf({ path: 'x', content: 'evil' });
    const swapped = await imageOf(tar, tar, evil);
    await expect(swapped.layers[0]?.stored().then(buffer)).rejects.toThrow('does not have its digest');
    await expect(swapped.layers[0]?.uncompressed().then(buffer)).rejects.toThrow('does not have its digest');
    // They unpack to what the diffID tells, and still are not what the manifest names.
    const packed = gzipSync(tar);
    const madeElsewhere = Buffer.from(packed.with(9, 255));
    const repacked = await imageOf(tar, packed, madeElsewhere);
    await expect(repacked.layers[0]?.uncompressed().then(buffer)).rejects.toThrow('does not have its digest');
    const lying = await imageOf(tar, gzipSync(evil));
    await expect(lying.layers[0]?.uncompressed().then(buffer)).rejects.toThrow('does not have its diffID');
    expect(await lying.layers[0]?.stored().then(buffer)).toEqual(gzipSync(evil));
  });

  test('the archive itself cut off anywhere is an error or complete, never an image in part', async () => {
    const path = fresh('whole.tar');
    const built = await buildImage(parts);
    await writeDockerArchive(built, path);
    const bytes = await readFile(path);
    const cut = fresh('cut.tar');
    for (let length = 0; length < bytes.length; length += 499) {
      await writeFile(cut, bytes.subarray(0, length));
      if (length >= bytes.length - 512) expect((await openImage(cut, options)).layers).toHaveLength(2);
      else await expect(openImage(cut, options), `cut at ${length}`).rejects.toThrow(UserError);
    }
    await writeFile(cut, gzipSync(bytes).subarray(0, 900));
    await expect(openImage(cut, options)).rejects.toThrow('cannot be unpacked');
    expect(await readdir(options.temporaryDir)).toEqual([]);
  });
});

describe('a compressed archive', () => {
  test('is unpacked no further than there is room, and leaves nothing behind', async () => {
    const path = fresh('bomb.tar.gz');
    await writeFile(path, gzipSync(await tarOf({ path: 'zeros', content: Buffer.alloc(5_000_000) })));
    await expect(openImage(path, { ...options, maxUnpackedBytes: 1_000_000 })).rejects.toThrow(
      /unpacks to more than the 1\.00 MB that there is room for/,
    );
    expect(await readdir(options.temporaryDir)).toEqual([]);
  });
});

test.each([
  ['zeros', Buffer.alloc(5_000_000)],
  ['text', Buffer.from('no tar '.repeat(1000))],
])('compressed %s that are no archive are not unpacked', async (_what, content) => {
  const path = fresh('zeros.gz');
  await writeFile(path, gzipSync(content));
  expect(await failure(path, { maxUnpackedBytes: 1000 })).toMatch(/no image archive: it does not unpack to/);
  expect(await readdir(options.temporaryDir)).toEqual([]);
});

describe('history', () => {
  test('instructions are shown only where they and the layers agree in number', async () => {
    const history = [{ createdBy: 'RUN something', isEmptyLayer: false }];
    const built = await buildImage({ layers: parts.layers, config: { history } });
    expect(built.layers.map((layer) => layer.createdBy)).toEqual([undefined, undefined]);
  });
});

describe('finding an image', () => {
  test('an engine saves into a temporary file that closing removes', async () => {
    const built = await buildImage(parts);
    const saved: string[] = [];
    const engineSave: NonNullable<OpenImageOptions['engineSave']> = async (engine, reference, path) => {
      saved.push(`${engine} ${reference}`);
      await writeDockerArchive(built, path, { tags: ['docker.io/library/app:1'] });
    };
    for (const spec of ['docker:app:1', 'podman:app:1', 'app:1']) {
      const image = await openImage(spec, { ...options, engineSave });
      expect(image.name).toBe('app:1');
      expect(await contents(image)).toEqual(built.config.diffIds);
      expect(await readdir(options.temporaryDir)).toHaveLength(1);
      await image.close();
      expect(await readdir(options.temporaryDir)).toEqual([]);
    }
    expect(saved).toEqual(['docker app:1', 'podman app:1', 'docker app:1']);
  });

  test('a bare reference that no engine has is looked for in its registry, and the error tells of both', async () => {
    const notes: string[] = [];
    const progress = { ...silentProgress, note: (line: string) => void notes.push(line) };
    const engineSave: NonNullable<OpenImageOptions['engineSave']> = async () => {
      throw new UserError('the engine was asked');
    };
    // Nobody listens at port 1 of loopback, and the name is none that an engine could know.
    const name = '127.0.0.1:1/team/app:1';
    const ask = async (holds: () => Promise<boolean | undefined>, spec = name): Promise<string> =>
      await failure(spec, { engineSave, engineHolds: holds, progress });
    const absent = await ask(async () => false);
    expect(absent).toContain(
      'neither in an engine nor in its registry: docker holds no such image; 127.0.0.1:1 refuses',
    );
    expect(notes).toEqual([`docker holds no such image; reading ${name} from 127.0.0.1:1`]);
    const silent = await ask(async () => undefined);
    expect(silent).toContain('no docker engine answers; 127.0.0.1:1 refuses');
    expect(silent).toContain(`docker:${name} says why`);
    const failing = await ask(async () => {
      throw new UserError('docker cannot inspect it.');
    });
    expect(failing).toContain('docker cannot inspect it; 127.0.0.1:1 refuses');
    expect(await ask(async () => true)).toContain('the engine was asked');
    expect(await ask(async () => false, `docker:${name}`)).toContain('the engine was asked');
    // An image ID is known to engines only.
    expect(await ask(async () => false, 'deadbeefcafe')).toContain('the engine was asked');
    expect(await failure(name, { engineSave })).toContain('the engine was asked');
    expect(await failure(name)).toContain('no engine is at hand; 127.0.0.1:1 refuses');
    const broken = openImage(name, {
      ...options,
      engineSave,
      engineHolds: async () => {
        throw new TypeError('a defect');
      },
    });
    await expect(broken).rejects.toThrow(TypeError);
  });

  test('an engine that fails leaves nothing behind', async () => {
    const engineSave: NonNullable<OpenImageOptions['engineSave']> = async (_engine, _reference, path) => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, 'half');
      throw new UserError('No such image: app');
    };
    expect(await failure('app', { engineSave })).toContain('No such image: app');
    expect(await readdir(options.temporaryDir)).toEqual([]);
  });

  test.each<[reason: string, spec: () => Promise<string>, expected: RegExp]>([
    ['a file that is not there', async () => './nowhere.tar', /there is no file/],
    ['an archive that is not there', async () => 'docker-archive:nowhere', /cannot be opened/],
    [
      'a directory that is no layout',
      async () => `oci:${options.temporaryDir}`,
      /no OCI layout|no directory/,
    ],
    [
      'a file that is no archive',
      async () => {
        const path = fresh('text.tar');
        await writeFile(path, 'hello\n'.repeat(500));
        return path;
      },
      /is no image archive/,
    ],
    [
      'an empty file, as a command leaves it that failed',
      async () => {
        const path = fresh('none.tar');
        await writeFile(path, '');
        return path;
      },
      /none.tar is empty/,
    ],
    [
      'a root file system, as `docker export` writes it',
      async () => await writeArchive([{ path: 'etc/passwd' }]),
      /neither manifest.json nor index.json.*docker export.*dir:/,
    ],
    [
      'another compression',
      async () => {
        const path = fresh('image.tar.xz');
        await writeFile(path, Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0, 0]));
        return path;
      },
      /compressed with xz/,
    ],
    ['no reference', async () => 'Not An Image', /is no image reference/],
    [
      'a docker-archive under the wrong name',
      async () => `oci-archive:${await writeArchive([{ path: 'manifest.json', content: '[]' }])}`,
      /Name it docker-archive:/,
    ],
    [
      'a manifest.json that is no JSON',
      async () => await writeArchive([{ path: 'manifest.json', content: '{' }]),
      /manifest.json in .* is no JSON/,
    ],
    [
      'an empty manifest.json and no index',
      async () => await writeArchive([{ path: 'manifest.json', content: '[]' }]),
      /holds no image/,
    ],
  ])('%s', async (_reason, spec, expected) => {
    expect(await failure(await spec())).toMatch(expected);
  });

  test('an empty manifest.json gives way to the OCI index beside it', async () => {
    const built = await buildImage(parts);
    const path = fresh('layout');
    await writeOciLayout(built, path);
    const members: TarMember[] = [{ path: 'manifest.json', content: '[]' }];
    for (const name of await readdir(path, { recursive: true })) {
      if ((await stat(join(path, name))).isFile())
        members.push({ path: `./${name}`, content: await readFile(join(path, name)) });
    }
    const image = await openImage(await writeArchive(members), options);
    expect(await contents(image)).toEqual(built.config.diffIds);
  });
});
