import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256Digest, UserError } from '../base/index.ts';
import { type TarMember, writeTar } from '../tar/index.ts';
import { type Image, openImage } from './index.ts';

const types = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
};

let folder = '';
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-hostile-'));
  await writeFile(join(folder, 'secret'), 'the secret of the host');
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** Files of a layout or an archive by path. */
type Files = Record<string, string | Buffer>;

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Puts a blob to the others and gives its descriptor. */
function blob(files: Files, mediaType: string, content: unknown): Descriptor {
  const bytes = Buffer.isBuffer(content)
    ? content
    : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const digest = sha256Digest(bytes);
  files[`blobs/sha256/${digest.slice(7)}`] = bytes;
  return { mediaType, digest, size: bytes.length };
}

const indexOf = (...manifests: unknown[]): string => JSON.stringify({ schemaVersion: 2, manifests });
const configOf = (...diffIds: string[]): unknown => ({
  architecture: 'amd64',
  os: 'linux',
  rootfs: { type: 'layers', diff_ids: diffIds },
});

/** The manifest of an image with one layer, of which a part may be put in another way. */
function imageIn(
  files: Files,
  tar: Buffer,
  changes: { readonly config?: unknown; readonly layers?: unknown; readonly blob?: Buffer } = {},
): Descriptor {
  const config = blob(files, types.config, changes.config ?? configOf(sha256Digest(tar)));
  const layers = changes.layers ?? [blob(files, types.layer, changes.blob ?? tar)];
  return blob(files, types.manifest, { schemaVersion: 2, config, layers });
}

async function open(
  kind: 'oci' | 'docker-archive' | 'oci-archive',
  files: Files,
  members: readonly TarMember[] = [],
): Promise<Image> {
  count += 1;
  const path = join(folder, `${kind}-${count}`);
  if (kind === 'oci') {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), content);
    }
  } else {
    const all = [...members, ...Object.entries(files).map(([name, content]) => ({ path: name, content }))];
    await writeFile(path, await buffer(writeTar(all)));
  }
  return await openImage(`${kind}:${path}`, { temporaryDir: join(folder, 'temporary') });
}

async function refusal(opening: Promise<Image>): Promise<string> {
  const problem: unknown = await opening.then(
    () => 'it was opened',
    (error: unknown) => error,
  );
  expect(problem).toBeInstanceOf(UserError);
  const message = problem instanceof UserError ? `${problem.message} ${problem.hint ?? ''}` : '';
  expect(message).not.toContain('the secret');
  return message;
}

const tarOf = async (...members: TarMember[]): Promise<Buffer> => await buffer(writeTar(members));

describe('an index that is hostile', () => {
  test.each<[what: string, index: string | Buffer, message: RegExp]>([
    ['lists within lists, 200,000 deep', '['.repeat(200_000), /index\.json in .* is no JSON/],
    [
      'lists within lists that are closed',
      `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
      /index\.json in .* is malformed/,
    ],
    [
      'objects within annotations',
      `{"schemaVersion":2,"manifests":[{"annotations":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}]}`,
      /index\.json in .* is malformed at manifests\.0/,
    ],
    ['17 MiB long', Buffer.alloc(17 * 1024 * 1024, ' '), /index\.json in .* has 17825792 bytes/],
    ['a list', '[]', /is malformed/],
    ['null', 'null', /is malformed/],
    ['nothing', '', /is no JSON/],
    ['of another schema', '{"schemaVersion":1,"manifests":[]}', /is malformed at schemaVersion/],
    [
      'with manifests that are no list',
      '{"schemaVersion":2,"manifests":{"length":5}}',
      /is malformed at manifests/,
    ],
    [
      'with a path for a digest',
      indexOf({ mediaType: types.manifest, digest: 'sha256:../../../etc/passwd', size: 1 }),
      /malformed at manifests\.0\.digest/,
    ],
    [
      'with a digest in capitals',
      indexOf({ mediaType: types.manifest, digest: `sha256:${'A'.repeat(64)}`, size: 1 }),
      /malformed at manifests\.0\.digest/,
    ],
    [
      'with a size below zero',
      indexOf({ mediaType: types.manifest, digest: `sha256:${'0'.repeat(64)}`, size: -1 }),
      /malformed at manifests\.0\.size/,
    ],
    [
      'with a size beyond counting',
      indexOf({ mediaType: types.manifest, digest: `sha256:${'0'.repeat(64)}`, size: 1e300 }),
      /malformed at manifests\.0\.size/,
    ],
    [
      'with names of JavaScript',
      '{"schemaVersion":2,"__proto__":{"manifests":[]},"constructor":1}',
      /holds no image/,
    ],
  ])('%s', async (_what, index, message) => {
    expect(await refusal(open('oci', { 'oci-layout': '{}', 'index.json': index }))).toMatch(message);
    expect(await refusal(open('oci-archive', { 'oci-layout': '{}', 'index.json': index }))).toMatch(message);
  });

  test('indexes within indexes end with an error', async () => {
    const files: Files = {};
    let inner = imageIn(files, await tarOf());
    for (let depth = 0; depth < 12; depth++)
      inner = blob(files, types.index, { schemaVersion: 2, manifests: [inner] });
    files['index.json'] = indexOf(inner);
    expect(await refusal(open('oci', files))).toMatch(/nested too deeply/);
  });

  test('a few small indexes that list each other over and over end with an error', async () => {
    const files: Files = {};
    let inner = imageIn(files, await tarOf());
    for (let depth = 0; depth < 7; depth++)
      inner = blob(files, types.index, {
        schemaVersion: 2,
        manifests: Array.from({ length: 50 }, () => inner),
      });
    files['index.json'] = indexOf(inner);
    expect(await refusal(open('oci', files))).toMatch(/list more than 10000 manifests/);
  });

  test('an index whose blob is another than its digest says, as one that held itself would need', async () => {
    const files: Files = {};
    const digest = `sha256:${'1'.repeat(64)}`;
    const self = { mediaType: types.index, digest, size: 10 };
    files['blobs/sha256/'.concat('1'.repeat(64))] = indexOf(self);
    files['index.json'] = indexOf(self);
    expect(await refusal(open('oci', files))).toMatch(/does not have its digest sha256:1{64}/);
  });
});

describe('a manifest or configuration that is hostile', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const absent = { mediaType: types.layer, digest: `sha256:${'2'.repeat(64)}`, size: 5 };
  test.each<[what: string, changes: Parameters<typeof imageIn>[2], message: RegExp]>([
    ['a configuration that is no JSON', { config: 'hello' }, /configuration sha256:\w+ in .* is no JSON/],
    ['a configuration that is a number', { config: '5' }, /is malformed/],
    ['a configuration without rootfs', { config: { os: 'linux' } }, /is malformed at rootfs/],
    [
      'diffIDs that are numbers',
      { config: { rootfs: { diff_ids: [1] } } },
      /is malformed at rootfs\.diff_ids\.0/,
    ],
    [
      'diffIDs that are paths',
      { config: configOf('../../etc/passwd') },
      /is malformed at rootfs\.diff_ids\.0/,
    ],
    [
      'an environment of numbers',
      { config: { config: { Env: [1] }, rootfs: {} } },
      /is malformed at config\.Env/,
    ],
    [
      'an environment that is an object',
      { config: { config: { Env: { A: 'b' } }, rootfs: {} } },
      /is malformed at config\.Env/,
    ],
    [
      'labels that are lists',
      { config: { config: { Labels: { a: [] } }, rootfs: {} } },
      /is malformed at config\.Labels\.a/,
    ],
    ['a history that is text', { config: { history: 'long', rootfs: {} } }, /is malformed at history/],
    [
      'a history of lists, very deep',
      { config: `{"rootfs":{},"history":[${deep}]}` },
      /is malformed at history\.0/,
    ],
    [
      'a health check that is text',
      { config: { config: { Healthcheck: 'ok' }, rootfs: {} } },
      /is malformed at config\.Healthcheck/,
    ],
    ['more layers than diffIDs', { config: configOf() }, /lists 1 layers, but its configuration 0/],
    ['fewer layers than diffIDs', { layers: [] }, /lists 0 layers, but its configuration 1/],
    ['a layer that does not exist', { layers: [absent] }, /blobs\/sha256\/2{64} is missing/],
    ['layers that are text', { layers: 'all' }, /is malformed at layers/],
    [
      'a layer that is encrypted',
      { layers: [{ ...absent, mediaType: `${types.layer}+encrypted` }] },
      /tar\+encrypted/,
    ],
  ])('%s', async (_what, changes, message) => {
    const files: Files = {};
    files['index.json'] = indexOf(imageIn(files, await tarOf({ path: 'a' }), changes));
    expect(await refusal(open('oci', files))).toMatch(message);
  });

  test('names of JavaScript in a configuration are names like any other', async () => {
    const files: Files = {};
    const tar = await tarOf({ path: 'a' });
    const config = `{"rootfs":{"diff_ids":["${sha256Digest(tar)}"]},"config":{"Labels":{"__proto__":"x","constructor":"y"},"Volumes":{"__proto__":{}}}}`;
    files['index.json'] = indexOf(imageIn(files, tar, { config }));
    const image = await open('oci', files);
    expect(Object.getPrototypeOf(image.config.labels)).toBe(Object.prototype);
    expect(image.config.labels['constructor']).toBe('y');
  });

  test('a layer of another length than its manifest says', async () => {
    const files: Files = {};
    const tar = await tarOf({ path: 'a' });
    const layer = blob(files, types.layer, tar);
    files['index.json'] = indexOf(imageIn(files, tar, { layers: [{ ...layer, size: 2 ** 50 }] }));
    expect(await refusal(open('oci', files))).toMatch(
      /has \d+ bytes, but its manifest says 1125899906842624/,
    );
  });
});

test('a compressed layer of a docker-archive that is cut off, by the index beside it', async () => {
  const files: Files = {};
  const tar = await tarOf({ path: 'a', content: 'x'.repeat(5000) });
  const zipped = gzipSync(tar);
  const layer = blob(files, `${types.layer}+gzip`, zipped);
  files['index.json'] = indexOf(imageIn(files, tar, { layers: [layer] }));
  const pathOf = (digest: string): string => `blobs/sha256/${digest.slice(7)}`;
  const config = Object.keys(files).find((path) => String(files[path]).includes('diff_ids')) ?? '';
  files['manifest.json'] = JSON.stringify([
    { Config: config, RepoTags: ['app:1'], Layers: [pathOf(layer.digest)] },
  ]);
  files[pathOf(layer.digest)] = zipped.subarray(0, -20);
  expect(await refusal(open('docker-archive', files))).toMatch(/has \d+ bytes, but its manifest says \d+/);
});

describe('a docker-archive that reaches out', () => {
  const manifest = (layer: string, config = 'config.json'): string =>
    JSON.stringify([{ Config: config, RepoTags: ['app:1'], Layers: [layer] }]);

  test.each<[how: string, layer: string, members: (secret: string) => TarMember[]]>([
    ['by a layer with ..', '../secret', () => []],
    ['by a layer with many ..', `${'../'.repeat(30)}etc/passwd`, () => []],
    ['by an absolute layer', '/etc/passwd', () => []],
    [
      'by a symlink to a file of the host',
      'layer.tar',
      (secret) => [{ path: 'layer.tar', type: 'symlink', linkPath: secret }],
    ],
    [
      'by a symlink with ..',
      'a/layer.tar',
      () => [{ path: 'a/layer.tar', type: 'symlink', linkPath: '../../secret' }],
    ],
    [
      'by a hard link to a file of the host',
      'layer.tar',
      (secret) => [{ path: 'layer.tar', type: 'hardlink', linkPath: secret }],
    ],
    [
      'by a device',
      'layer.tar',
      () => [{ path: 'layer.tar', type: 'character-device', deviceMajor: 1, deviceMinor: 5 }],
    ],
    ['by a directory', 'layer.tar', () => [{ path: 'layer.tar', type: 'directory' }]],
    ['by a name with NUL', 'secret\0.tar', () => []],
  ])('%s finds nothing', async (_how, layer, members) => {
    const config = JSON.stringify(configOf(sha256Digest('the secret of the host')));
    const files = { 'manifest.json': manifest(layer), 'config.json': config };
    expect(await refusal(open('docker-archive', files, members(join(folder, 'secret'))))).toMatch(
      /is missing in/,
    );
  });

  test.each(['../secret', '/etc/passwd', '', '.', '..', '__proto__'])(
    'by the configuration %j finds nothing',
    async (config) => {
      expect(await refusal(open('docker-archive', { 'manifest.json': manifest('l', config) }))).toMatch(
        /is missing in|is malformed/,
      );
    },
  );

  test('by symlinks in a circle is told so', async () => {
    const members: TarMember[] = ['a', 'b', 'c'].map((path, index) => ({
      path,
      type: 'symlink',
      linkPath: ['b', 'c', 'a'][index] ?? '',
    }));
    const files = {
      'manifest.json': manifest('a'),
      'config.json': JSON.stringify(configOf(sha256Digest(''))),
    };
    expect(await refusal(open('docker-archive', files, members))).toMatch(/form a circle/);
  });

  test('by a name that is inside after all is read', async () => {
    const tar = await tarOf({ path: 'inside' });
    const files = {
      'manifest.json': manifest('x/../../../layer.tar'),
      'config.json': JSON.stringify(configOf(sha256Digest(tar))),
      'layer.tar': tar,
    };
    const image = await open('docker-archive', files);
    expect(await buffer(await (image.layers[0] as Image['layers'][number]).uncompressed())).toEqual(tar);
  });

  test.each<[what: string, manifest: string, message: RegExp]>([
    ['an object', '{}', /manifest\.json in .* is malformed/],
    ['very deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /manifest\.json in .* is malformed at 0/],
    ['with layers of numbers', '[{"Config":"c","Layers":[1]}]', /malformed at 0\.Layers\.0/],
    ['with a configuration that is a list', '[{"Config":[],"Layers":[]}]', /malformed at 0\.Config/],
    ['without a configuration', '[{}]', /malformed at 0\.Config/],
  ])('or whose manifest is %s', async (_what, text, message) => {
    expect(await refusal(open('docker-archive', { 'manifest.json': text }))).toMatch(message);
  });
});

describe('a layer that is hostile', () => {
  async function opened(tar: Buffer, stored: Buffer, diffId = sha256Digest(tar)): Promise<Image> {
    const files: Files = {};
    files['index.json'] = indexOf(imageIn(files, tar, { blob: stored, config: configOf(diffId) }));
    return await open('oci', files);
  }

  test('a bomb passes by in pieces and ends with the digest that it should have had', async () => {
    const zeros = Buffer.alloc(8 * 1024 * 1024);
    const member = gzipSync(zeros);
    const times = 64;
    const image = await opened(zeros, Buffer.concat(Array.from({ length: times }, () => member)));
    expect(image.layers[0]?.sizeBytes).toBeLessThan(times * 10_000);
    const before = process.memoryUsage().rss;
    let [unpackedBytes, peakBytes] = [0, 0];
    const reading = async (): Promise<void> => {
      for await (const chunk of (await (
        image.layers[0] as Image['layers'][number]
      ).uncompressed()) as AsyncIterable<Buffer>) {
        unpackedBytes += chunk.length;
        peakBytes = Math.max(peakBytes, process.memoryUsage.rss() - before);
      }
    };
    await expect(reading()).rejects.toThrow(/layer 1 of 1 in .* \(sha256:\w+\) does not have its diffID/);
    expect(unpackedBytes).toBeGreaterThan(500 * 1024 * 1024);
    expect(peakBytes).toBeLessThan(300 * 1024 * 1024);
  });

  test('a layout that links its blobs to files of the host shows nothing of them', async () => {
    const files: Files = {};
    const tar = await tarOf({ path: 'a' });
    files['index.json'] = indexOf(imageIn(files, tar));
    const image = await open('oci', files);
    const path = join(folder, `oci-${count}`, 'blobs/sha256', sha256Digest(tar).slice(7));
    await rm(path);
    await symlink(join(folder, 'secret'), path);
    expect(await refusal(openImage(`oci:${join(folder, `oci-${count}`)}`, { temporaryDir: folder }))).toMatch(
      /has 22 bytes, but its manifest says/,
    );
    await image.close();
  });
});
