import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { sha256Digest, silentProgress, UserError } from '../base/index.ts';
import {
  buildImage,
  type Image,
  openImage,
  openManifestTree,
  openRegistrySink,
  type RegistryAccess,
} from '../image/index.ts';
import {
  type DebianRegistryOptions,
  hasDebianRegistry,
  startDebianRegistry,
} from '../image/registry/fixtures/debian-registry.ts';
import { startFaultProxy } from '../image/registry/fixtures/fault-proxy.ts';
import { writeMultiPlatform } from './fixtures/multi-platform.ts';
import { type PushReport, pushImage, pushIndex } from './index.ts';

let folder = '';
let image: Image;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-push-debian-'));
  // Not to be compressed, so that a proxy can count its bytes.
  const noise = randomBytes(9_000_000);
  image = await buildImage({
    layers: [[{ path: 'weights', content: noise }], [{ path: 'app.py', content: 'print(1)' }]],
    config: { env: ['A=b'] },
  });
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

async function start(options: DebianRegistryOptions = {}): ReturnType<typeof startDebianRegistry> {
  const registry = await startDebianRegistry(await mkdtemp(join(folder, 'registry-')), options);
  onTestFinished(registry.stop);
  return registry;
}

async function push(
  host: string,
  access: RegistryAccess = {},
  format: 'zstd' | 'gzip' = 'zstd',
): Promise<PushReport> {
  const sink = await openRegistrySink(`${host}/team/app:1`, { access: { pause: async () => {}, ...access } });
  const cacheDir = await mkdtemp(join(folder, 'cache-'));
  return await pushImage({ image, sink, packing: { format }, cacheDir, progress: silentProgress }).finally(
    () => sink.close(),
  );
}

/** What the registry has under the tag is the image, byte for byte. */
async function expectThere(host: string, access: RegistryAccess = {}): Promise<void> {
  const back = await openImage(`registry:${host}/team/app:1`, { temporaryDir: folder, registry: access });
  expect(back.config).toEqual(image.config);
  for (const [at, layer] of back.layers.entries()) {
    expect(sha256Digest(await buffer(await layer.uncompressed()))).toBe(image.layers[at]?.diffId);
  }
  await back.close();
}

async function expectNothing(host: string, access: RegistryAccess = {}): Promise<void> {
  const opened = openImage(`registry:${host}/team/app:1`, { temporaryDir: folder, registry: access });
  await expect(opened).rejects.toThrow(UserError);
}

describe.skipIf(!hasDebianRegistry)("Debian's docker-registry", () => {
  test.each(['gzip', 'zstd'] as const)('takes %s, verifies it, and has it the next time', async (format) => {
    const { host } = await start();
    const first = await push(host, {}, format);
    await expectThere(host);
    const sink = await openRegistrySink(`${host}/team/app:1`, { access: {} });
    for (const layer of first.layers) expect(await sink.has(layer)).toBe(true);
    expect(
      await sink.mount(first.layers[0] ?? first.layers[1] ?? { digest: '', sizeBytes: 0 }, 'team/none'),
    ).toBe(false);
    sink.close();
    const other = await openRegistrySink(`${host}/team/other:1`, { access: {} });
    for (const layer of first.layers) expect(await other.mount(layer, 'team/app')).toBe(true);
    other.close();
  });

  test('takes all platforms with their attestations, which skopeo copies back byte for byte', async () => {
    const { host } = await start();
    const path = join(await mkdtemp(join(folder, 'all-')), 'layout');
    const layout = await writeMultiPlatform(path, { hasReferrer: true });
    const tree = await openManifestTree(`oci:${layout.path}:v1`, { temporaryDir: folder });
    const sink = await openRegistrySink(`${host}/team/app:1`, { access: {} });
    const cacheDir = await mkdtemp(join(folder, 'cache-'));
    const request = { tree, sink, packing: undefined, cacheDir, progress: silentProgress };
    expect((await pushIndex(request).finally(() => sink.close())).digest).toBe(layout.digest);
    await tree.close();
    for (const { digest, content } of [layout, ...layout.manifests, ...layout.referrers]) {
      const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json';
      const answer = await fetch(`http://${host}/v2/team/app/manifests/${digest}`, { headers: { accept } });
      expect(await answer.text()).toBe(content);
    }
    // It keeps no list of what refers to an image, so that it is given one; who reads it there finds what was written.
    const there = await openManifestTree(`registry:${host}/team/app:1`, { temporaryDir: folder });
    const found = there.referrers.map(({ node }) => node?.content).sort();
    expect(found).toEqual(layout.referrers.map(({ content }) => content).sort());
    await there.close();
    const skopeo = 'skopeo';
    if (spawnSync(skopeo, ['--version']).status !== 0) return;
    const back = join(folder, 'skopeo-back');
    const words = ['copy', '--all', '--preserve-digests', '--insecure-policy', '--src-tls-verify=false'];
    const copied = spawnSync(skopeo, [...words, `docker://${host}/team/app:1`, `oci:${back}:v1`], {
      encoding: 'utf8',
    });
    expect(`${copied.status} ${copied.stderr}`).toMatch(/^0 /);
    const again = await openManifestTree(`oci:${back}:v1`, { temporaryDir: folder });
    expect(again.root.content).toBe(layout.content);
    await again.close();
  });

  test('with htpasswd', async () => {
    const { host } = await start({ login: { username: 'ann', password: 'se:cret' } });
    const config = (login: string): RegistryAccess => ({
      environment: {
        DOCKER_AUTH_CONFIG: JSON.stringify({
          auths: { [host]: { auth: Buffer.from(login).toString('base64') } },
        }),
      },
    });
    await expect(push(host)).rejects.toThrow(/does not take .* from somebody without credentials/);
    await expect(push(host, config('ann:x'))).rejects.toThrow(
      /does not accept the credentials from DOCKER_AUTH_CONFIG/,
    );
    await push(host, config('ann:se:cret'));
    await expectThere(host, config('ann:se:cret'));
  });

  test('with TLS by an authority that nobody knows', async () => {
    const { host } = await start({ isTls: true });
    await expect(push(host)).rejects.toThrow(/certificate .* is not trusted/);
    await push(host, { insecure: true });
    await expectThere(host, { insecure: true });
  });

  const troubles: readonly [why: string, cutAfterBytes: readonly number[]][] = [
    ['a connection that breaks in the middle of a blob', [4_000_000]],
    ['one that breaks several times', [3_000_000, 2_500_000, 6_000_000]],
    ['one that breaks right away', [200, 300]],
  ];
  test.each(troubles)('behind %s', async (_, cutAfterBytes) => {
    const registry = await start();
    const proxy = await startFaultProxy(registry.host, { cutAfterBytes });
    onTestFinished(proxy.close);
    await push(proxy.host);
    expect(proxy.cuts).toBe(cutAfterBytes.length);
    await expectThere(registry.host);
  });

  test('behind a connection that breaks each time, nothing is there', async () => {
    const registry = await start();
    const proxy = await startFaultProxy(registry.host, { cutAfterBytes: Array(100).fill(150_000) });
    onTestFinished(proxy.close);
    await expect(push(proxy.host)).rejects.toThrow(/broke/);
    await expectNothing(registry.host);
  });

  test('behind a line that changes bytes, the registry refuses them', async () => {
    const registry = await start();
    const proxy = await startFaultProxy(registry.host, { flipByteAt: 5_000_000 });
    onTestFinished(proxy.close);
    await expect(push(proxy.host)).rejects.toThrow(/digest/);
    await expectNothing(registry.host);
  });

  test('behind a slow line', async () => {
    const registry = await start();
    const proxy = await startFaultProxy(registry.host, { bytesPerSecond: 8_000_000 });
    onTestFinished(proxy.close);
    await push(proxy.host);
    await expectThere(registry.host);
  });
});
