import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type RunResult, runProcess } from '../../../base/index.ts';
import { buildImage, openImage, writeDockerArchive } from '../../../image/index.ts';
import {
  startUploadRegistry,
  type UploadRegistry,
} from '../../../image/registry/fixtures/upload-registry.ts';

const main = inject('program');
let folder: string;
let registry: UploadRegistry;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-shrink-to-'));
  registry = await startUploadRegistry();
  const image = await buildImage({
    layers: [
      [{ path: 'etc/os-release', content: 'ID=debian\n' }],
      [
        { path: 'root/.cache/pip/a', content: 'cache'.repeat(100) },
        { path: 'app/main.py', content: 'print(1)\n' },
      ],
    ],
    config: {
      history: [
        { createdBy: '/bin/sh -c #(nop) ADD file:1 in /', isEmptyLayer: false },
        { createdBy: '/bin/sh -c #(nop) CMD ["bash"]', isEmptyLayer: true },
        { createdBy: 'COPY . .', isEmptyLayer: false },
      ],
    },
  });
  await writeDockerArchive(image, join(folder, 'fat.tar'));
});
afterEach(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

function plimsoll(...args: readonly string[]): Promise<RunResult> {
  return runProcess(process.execPath, [main, ...args, '--quiet'], {
    cwd: folder,
    env: { NO_COLOR: '1', PLIMSOLL_CACHE_DIR: join(folder, 'cache'), SOURCE_DATE_EPOCH: '', NO_PROXY: '*' },
  });
}

const sent = (): string[] =>
  registry.seen.filter(({ method }) => method === 'PATCH' || method === 'PUT').map(({ path }) => path);

test('into a registry: the image can be read from there, and its manifest comes last', async () => {
  const destination = `registry:${registry.host}/team/app:lean`;
  const { code, stdout, stderr } = await plimsoll('shrink', 'fat.tar', '-o', destination, '--json');
  expect([code, stderr]).toEqual([0, '']);
  const { output } = JSON.parse(stdout);
  expect(output).toMatchObject({ destination });
  expect(registry.manifests.has(`team/app@${output.digest}`)).toBe(true);
  expect(sent().at(-1)).toBe('/v2/team/app/manifests/lean');
  const image = await openImage(destination, { temporaryDir: folder });
  expect(image.config.labels['dev.plimsoll.shrink.passes']).toBe('package-caches');
  expect(image.layers).toHaveLength(2);
  for (const layer of image.layers) for await (const _ of await layer.uncompressed());
  await image.close();
});

test('an image of the same registry: the layers of the base are not sent, and its own tag is not taken', async () => {
  const [fat, lean] = [`${registry.host}/team/app:fat`, `${registry.host}/other/app:lean`];
  expect((await plimsoll('push', 'fat.tar', fat)).code).toBe(0);
  const { code, stderr } = await plimsoll('shrink', `registry:${fat}`, '-o', `registry:${fat}`);
  expect([code, stderr]).toEqual([2, expect.stringContaining('is the image that is to be shrunk')]);
  registry.seen.length = 0;
  expect((await plimsoll('shrink', `registry:${fat}`, '-o', `registry:${lean}`)).code).toBe(0);
  const base = JSON.parse(registry.manifests.get('team/app:fat')?.content ?? '').layers[0].digest;
  expect(registry.blobs.has(`other/app@${base}`)).toBe(true);
  // One layer and the configuration, each in one request.
  expect(sent().filter((path) => path.includes('blobs/uploads'))).toHaveLength(2);
});

test('a registry that refuses: the tag names nothing, and nothing is left', async () => {
  registry.fault = ({ method }) =>
    method === 'PATCH'
      ? { status: 403, json: { errors: [{ code: 'DENIED', message: 'no room' }] } }
      : undefined;
  const { code, stderr } = await plimsoll('shrink', 'fat.tar', '-o', `registry:${registry.host}/app:1`);
  expect([code, stderr]).toEqual([2, expect.stringContaining('no room')]);
  expect(registry.manifests.size).toBe(0);
  expect(await readdir(join(folder, 'cache', 'tmp'))).toEqual([]);
});

test.each<[reason: string, destination: () => string, args: readonly string[], message: RegExp]>([
  ['a registry that is not there', () => 'registry:127.0.0.1:1/app', [], /127\.0\.0\.1:1/],
  ['a digest', () => `registry:app@sha256:${'0'.repeat(64)}`, [], /only the registry can give/],
  ['two tags', () => `registry:${registry.host}/app:1`, ['--tag', 'app:2'], /two tags/],
  ['no name', () => 'registry:', [], /names no image/],
  ['a root file system', () => 'dir:root', [], /shrink writes images, not dir:/],
])('before it reads anything: %s', async (_, destination, args, message) => {
  const { code, stderr } = await plimsoll('shrink', 'missing.tar', '-o', destination(), ...args);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});

test('who may not push learns it before the work', async () => {
  registry.fault = ({ method }) => (method === 'HEAD' ? { status: 403 } : undefined);
  const { code, stderr } = await plimsoll('shrink', 'missing.tar', '-o', `registry:${registry.host}/app`);
  expect([code, stderr]).toEqual([2, expect.not.stringContaining('missing.tar')]);
});
