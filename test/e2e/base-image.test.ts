import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runProcess } from '../../src/base/index.ts';
import { buildImage, type Image, writeOciLayout } from '../../src/image/index.ts';
import {
  type FixtureRegistry,
  pushTo,
  startFixtureRegistry,
} from '../../src/image/registry/fixtures/fixture-registry.ts';

let folder: string;
let registry: FixtureRegistry;
const main = inject('program');
const rootFiles = [{ path: 'etc/os-release', content: 'ID=debian\n' }];
const appFiles = [{ path: 'app/main.py', content: 'print()\n' }];

/** An app on the base, with labels; nothing in its history tells where the base ends. */
async function appWith(labels: Readonly<Record<string, string>>, base = rootFiles): Promise<Image> {
  return await buildImage({ layers: [base, appFiles], config: { labels } });
}

async function audit(
  ...words: readonly string[]
): Promise<{ code: number | null; base: unknown; stderr: string }> {
  const { code, stdout, stderr } = await runProcess(process.execPath, [main, 'audit', ...words, '--json'], {
    cwd: folder,
    env: { PLIMSOLL_CACHE_DIR: join(folder, 'cache'), NO_COLOR: '1' },
  });
  const found: unknown = stdout === '' ? {} : JSON.parse(stdout);
  return {
    code,
    stderr,
    base: typeof found === 'object' && found !== null && 'base' in found ? found.base : undefined,
  };
}

describe('the base image', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plimsoll-base-'));
    registry = await startFixtureRegistry();
    await writeOciLayout(await buildImage({ layers: [rootFiles] }), join(folder, 'base'));
    await writeOciLayout(await buildImage({ layers: [appFiles] }), join(folder, 'other'));
    await writeOciLayout(await appWith({}), join(folder, 'app'));
  });
  afterAll(async () => {
    await registry.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('is the one of --base, whose layers are the lowest', async () => {
    expect(await audit('app')).toMatchObject({ code: 0, base: undefined });
    expect(await audit('app', '--base', 'base')).toMatchObject({
      code: 0,
      base: { layerCount: 1, evidence: 'digest', name: 'base' },
    });
  });

  test.each([
    ['an image that it was not built on', 'other', /other is not the base of .*not the lowest ones/],
    ['no image', 'absent', /absent/],
  ])('--base with %s is an error', async (_what, base, message) => {
    const { code, stderr } = await audit('app', '--base', base);
    expect(stderr).toMatch(message);
    expect([code, stderr.includes('    at ')]).toEqual([2, false]);
  });

  test.each([
    ['by its digest', true, true],
    ['by its name', false, true],
    ['in vain, when it was built anew', false, false],
  ])('is looked up where its label says: %s', async (_how, isByDigest, isSame) => {
    const base = await buildImage({ layers: [isSame ? rootFiles : appFiles] });
    const digest = await pushTo(registry, base, 'base');
    const name = `${registry.host}/team/app:base`;
    const app = await appWith({
      'org.opencontainers.image.base.name': name,
      ...(isByDigest && { 'org.opencontainers.image.base.digest': digest }),
    });
    await pushTo(registry, app, 'app');
    const { code, base: found, stderr } = await audit(`registry:${registry.host}/team/app:app`);
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    if (isSame) expect(found).toEqual({ layerCount: 1, evidence: 'digest', name });
    else expect(found).toBeUndefined();
  });

  test('of a file is looked up nowhere', async () => {
    const seen = registry.seen.length;
    const name = `${registry.host}/team/app:base`;
    await writeOciLayout(
      await appWith({ 'org.opencontainers.image.base.name': name }),
      join(folder, 'labelled'),
    );
    expect(await audit('oci:labelled')).toMatchObject({ code: 0, base: undefined });
    expect(registry.seen.length).toBe(seen);
  });
});
