import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type RunResult, runProcess, sha256Digest } from '../../../base/index.ts';
import { emptyConfig, formatConfig, parsePlatform } from '../../../image/index.ts';
import { writeTar } from '../../../tar/index.ts';

const main = inject('program');
let folder = '';

/** An archive with one layer, above a foreign one that its publisher alone may hand out. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-absent-'));
  const layer = await buffer(writeTar([{ path: 'app/main.py', content: 'print(1)\n' }]));
  const foreign = sha256Digest('foreign');
  const diffIds = [foreign, sha256Digest(layer)];
  const config = { ...emptyConfig(parsePlatform('linux/amd64')), diffIds };
  const source = { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', size: 1000 };
  const manifest = {
    Config: 'config.json',
    RepoTags: ['app:1'],
    Layers: ['foreign.tar', 'layer.tar'],
    LayerSources: { [foreign]: { ...source, digest: foreign, urls: ['https://example.com/base'] } },
  };
  const members = writeTar([
    { path: 'config.json', content: formatConfig(config) },
    { path: 'layer.tar', content: layer },
    { path: 'manifest.json', content: JSON.stringify([manifest]) },
  ]);
  await pipeline(members, createWriteStream(join(folder, 'image.tar')));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function plimsoll(...args: readonly string[]): Promise<RunResult> {
  return runProcess(process.execPath, [main, ...args], {
    cwd: folder,
    env: { NO_COLOR: '1', PLIMSOLL_CACHE_DIR: join(folder, 'cache') },
  });
}

test('an audit says which layer is not there, each time', async () => {
  for (const _time of ['first', 'again']) {
    const { code, stdout, stderr } = await plimsoll('audit', 'image.tar');
    expect(code).toBe(0);
    expect(stdout).toContain('layer 0: it is not stored here, but at https://example.com/base');
    expect(stderr).toContain('image.tar does not hold its layer 0, which counts as empty');
  }
});

test.each([
  ['1GB', 3],
  ['1B', 1],
])('a limit of %s ends with %i', async (limit, code) => {
  expect(await plimsoll('audit', 'image.tar', '--max-size', limit)).toMatchObject({ code });
});

test('it can be compared all the same', async () => {
  const { code, stderr } = await plimsoll('compare', 'image.tar', 'image.tar', '--exit-code');
  expect([code, stderr]).toEqual([0, expect.stringContaining('does not hold its layer 0')]);
});
