import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { readBuildahImage, readInspectedImage } from './index.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

const common = {
  platform: { os: 'linux', architecture: 'amd64' },
  env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'A=b'],
  entrypoint: ['/bin/sh', '-c'],
  cmd: ['echo hello'],
  user: '',
  exposedPorts: ['8000/tcp'],
  volumes: [],
  healthcheck: {
    test: ['CMD-SHELL', 'wget -qO- http://127.0.0.1:8000/'],
    intervalNanoseconds: 5_000_000_000,
  },
};

test('Docker’s inspection', () => {
  const image = readInspectedImage('eng-ok:1', fixture('docker-20.10/inspect.json'));
  expect(image).toMatchObject({
    tag: 'eng-ok:1',
    id: 'sha256:c243ed54aadc36769cab2c5ea727055c0360f31cc0dd16dae043c1c340a1919b',
    sizeBytes: 1_982_259,
    config: { ...common, workingDir: '/', labels: {}, history: [] },
  });
  expect(image.config.diffIds).toHaveLength(2);
});

test('Podman’s: an ID without algorithm, a history, the health check beside the configuration', () => {
  const { id, config } = readInspectedImage('eng-ok:2', fixture('podman-4.3/inspect.json'));
  expect(id).toBe('sha256:1a1e74da4d5f2456556ce951241f7a45ccb69ff721c2c8add311220e8cb88cf0');
  expect(config).toMatchObject({ ...common, workingDir: '', labels: { 'io.buildah.version': '1.28.2' } });
  expect(config.history.filter(({ isEmptyLayer }) => !isEmptyLayer)).toHaveLength(config.diffIds.length);
});

test('Buildah’s: the same image, its size from the uncompressed layers', () => {
  const podman = readInspectedImage('eng-ok:2', fixture('podman-4.3/inspect.json'));
  const buildah = readBuildahImage('eng-ok:2', fixture('podman-4.3/buildah-inspect.json'));
  expect(buildah.id).toBe(podman.id);
  expect(buildah.config).toEqual(podman.config);
  expect(buildah.sizeBytes).toBe(2_121_728 + 2560);
});

test('an image without any configuration (FROM scratch, containerd store)', () => {
  const bare = [
    { Id: 'sha256:1', Architecture: 'arm64', Variant: 'v8', Os: 'linux', Size: 0, RootFS: { Layers: null } },
  ];
  expect(readInspectedImage('x', JSON.stringify(bare)).config).toMatchObject({
    platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
    env: [],
    entrypoint: [],
    diffIds: [],
  });
});

test.each(['', 'Error', '[]', '{}', '[{"Id":1}]'])('what is no inspection is refused: %j', (json) => {
  expect(() => readInspectedImage('x', json)).toThrow(UserError);
});
