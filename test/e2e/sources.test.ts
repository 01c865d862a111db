import { randomBytes } from 'node:crypto';
import { mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { runProcess } from '../../src/base/index.ts';
import { cliEnvironment, docker, plimsoll, scratch } from './run-cli.ts';

const auditSchema = z.object({
  schema: z.literal('plimsoll.audit/1'),
  image: z.object({ visibleBytes: z.number(), contentBytes: z.number(), fileCount: z.number() }),
  layers: z.array(
    z.object({
      diffId: z.string(),
      instruction: z.string().optional(),
      contentBytes: z.number(),
      entryCount: z.number(),
      deadBytes: z.number(),
    }),
  ),
  deadBytes: z.number(),
  findings: z.array(z.object({ kind: z.string(), sizeBytes: z.number() })),
});

const comparisonSchema = z.object({
  schema: z.literal('plimsoll.compare/1'),
  isForecast: z.literal(false),
  shared: z.array(z.object({ identity: z.string(), contentBytes: z.number() })),
  total: z.object({ savedBytes: z.number() }),
});

/**
 * Builds an image that adds two layers to its base, of which the second hides a part of the first, and gives its name. Both are its
 * own: an engine's build cache may name a layer that went with another image that had it.
 */
async function buildSmall(base = 'scratch'): Promise<string> {
  const folder = scratch();
  const own = randomBytes(6).toString('hex');
  const name = `plimsoll-e2e-sources:${own}`;
  const texts: Readonly<Record<string, string>> = {
    Dockerfile: `FROM ${base}\nCOPY first /\nCOPY second /\n`,
    'first/app/__pycache__/main.cpython-311.pyc': 'a'.repeat(40_000),
    'first/app/weights.bin': own.padEnd(3_000_000, 'a'),
    'first/app/main.py': 'print("one")\n',
    'second/app/weights.bin': own.padEnd(2_000_000, 'b'),
    'second/app/main.py': 'print("two")\n',
  };
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  await docker('build', '--tag', name, folder);
  onTestFinished(async () => void (await docker('image', 'rm', name)));
  return name;
}

/** Audits with a cache of its own, so that every source is read and none remembered. */
async function audit(source: string, env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const cache = scratch();
  const ran = await plimsoll(['audit', source, '--json'], { env: { PLIMSOLL_CACHE_DIR: cache, ...env } });
  expect(ran.code, `${source}: ${ran.stderr}`).toBe(0);
  return auditSchema.parse(JSON.parse(ran.stdout));
}

async function isThere(program: string): Promise<boolean> {
  return runProcess(program, ['--version']).then(
    ({ code }) => code === 0,
    () => false,
  );
}

async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, stderr } = await runProcess(program, args, { env: cliEnvironment(env) });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}

/** A Docker client in front of the real one that refuses to save. */
function dockerThatSavesNothing(): Record<string, string> {
  const folder = scratch();
  const path = cliEnvironment()['PATH'] ?? process.env['PATH'] ?? '';
  const wrapper = '#!/bin/sh\nfor word; do [ "$word" = save ] && exit 9; done\n';
  writeFileSync(join(folder, 'docker'), `${wrapper}PATH='${path}' exec docker "$@"\n`, { mode: 0o755 });
  return { PATH: `${folder}:${path}` };
}

/** Podman's images in a folder of their own: the machine's are left alone. */
function podmanStorage(driver: 'vfs' | 'overlay'): Record<string, string> {
  const folder = scratch();
  const file = join(folder, 'storage.conf');
  const place = ['graphroot', 'runroot'].map((key) => `${key} = "${join(folder, key)}"\n`).join('');
  writeFileSync(file, `[storage]\ndriver = "${driver}"\n${place}`);
  return { CONTAINERS_STORAGE_CONF: file };
}

const [hasSkopeo, hasPodman] = [await isThere('skopeo'), await isThere('podman')];

describe.skipIf(inject('lab') === undefined)(`sources ${inject('noLabBecause')}`, () => {
  test('one image is the same from docker: and docker-archive:, by prefix and by its looks', async () => {
    const image = await buildSmall();
    const archive = join(scratch(), 'image.tar');
    await docker('save', '--output', archive, image);
    const expected = auditSchema.parse(await audit(`docker:${image}`));

    expect(expected.image.visibleBytes).toBe(2_040_013);
    expect(expected.deadBytes).toBe(3_000_013);
    expect(expected.layers).toHaveLength(2);
    expect(expected.layers[1]?.instruction).toMatch(/COPY second/);
    expect(expected.findings.map(({ kind }) => kind)).toContain('overwritten-file');
    expect(await audit(`docker-archive:${archive}`)).toEqual(expected);
    expect(await audit(archive)).toEqual(expected);
    expect(await audit(image)).toEqual(expected);
  });

  test.each(['storage', 'save'])(
    'an image that was audited before is not saved again, whatever it is called (read by %s)',
    async (wanted) => {
      const image = await buildSmall();
      const cache = { PLIMSOLL_CACHE_DIR: scratch(), PLIMSOLL_ENGINE_READ: wanted };
      const expected = await plimsoll(['audit', `docker:${image}`, '--json'], { env: cache });
      for (const name of [image, `docker:${image}`, `docker://${image}`]) {
        const again = await plimsoll(['audit', name, '--json'], {
          env: { ...cache, ...dockerThatSavesNothing() },
        });
        expect(again.stdout, `${name}: ${again.stderr}`).toBe(expected.stdout);
      }
    },
  );

  test('an image is read where the engine keeps it, unless the engine is to save it', async () => {
    const image = await buildSmall();
    const saved = await audit(`docker:${image}`, { PLIMSOLL_ENGINE_READ: 'save' });
    const env = dockerThatSavesNothing();
    expect(await audit(`docker:${image}`, env)).toEqual(saved);
    const archive = join(scratch(), 'small.tar');
    const shrunk = await plimsoll(['shrink', `docker:${image}`, '--output', `docker-archive:${archive}`], {
      env: { ...env, PLIMSOLL_CACHE_DIR: scratch() },
    });
    expect([shrunk.code, shrunk.stderr]).toEqual([0, expect.not.stringContaining('Saved')]);
    const compared = await plimsoll(['compare', `docker:${image}`, archive, '--semantic', '--json'], {
      env: { ...env, PLIMSOLL_CACHE_DIR: scratch() },
    });
    expect(compared.code, compared.stderr).toBe(0);
    const fresh = { ...env, PLIMSOLL_CACHE_DIR: scratch() };
    const refused = await plimsoll(['audit', image], { env: { ...fresh, PLIMSOLL_ENGINE_READ: 'save' } });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('Docker could not save')]);
    const misspelt = await plimsoll(['audit', image], { env: { ...fresh, PLIMSOLL_ENGINE_READ: 'yes' } });
    expect([misspelt.code, misspelt.stderr]).toEqual([
      2,
      expect.stringContaining('PLIMSOLL_ENGINE_READ is "yes"'),
    ]);
  });

  test('another platform than that of the image is an error, also where it was audited before', async () => {
    const image = await buildSmall();
    const env = { PLIMSOLL_CACHE_DIR: scratch() };
    expect((await plimsoll(['audit', image], { env })).code).toBe(0);
    const other = await plimsoll(['audit', image, '--platform', 'linux/s390x'], { env });
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringMatching(`${image} in docker holds no image for linux/s390x`),
    ]);
  });

  test.skipIf(!hasSkopeo)('… and as OCI layout and OCI archive', async () => {
    const image = await buildSmall();
    const folder = scratch();
    const archive = join(folder, 'image.tar');
    await docker('save', '--output', archive, image);
    const expected = await audit(`docker-archive:${archive}`);
    for (const target of [`oci:${folder}/layout:small`, `oci-archive:${folder}/oci.tar`]) {
      await run('skopeo', ['copy', '--insecure-policy', `docker-archive:${archive}`, target]);
      expect(await audit(target)).toEqual(expected);
    }
  });

  test.skipIf(!hasPodman).each(['vfs', 'overlay'] as const)('… and in Podman with %s', async (driver) => {
    const image = await buildSmall();
    const archive = join(scratch(), 'image.tar');
    await docker('save', '--output', archive, image);
    const env = podmanStorage(driver);
    await run('podman', ['load', '--input', archive], env);
    expect(await audit(`podman:${image}`, env)).toEqual(await audit(`docker-archive:${archive}`));
  });

  test('a cut archive is refused with the place, and nothing is printed', async () => {
    const archive = join(scratch(), 'image.tar');
    await docker('save', '--output', archive, await buildSmall());
    truncateSync(archive, Math.floor(statSync(archive).size * 0.4));
    const { code, stdout, stderr } = await plimsoll(['audit', `docker-archive:${archive}`, '--json'], {
      env: { PLIMSOLL_CACHE_DIR: scratch() },
    });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: .*image\.tar/);
    expect(stderr).toMatch(/offset \d+|layer \d+|byte \d+/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('an image is compared with its own base', async () => {
    const before = await buildSmall();
    const after = await buildSmall(before);
    const archive = join(scratch(), 'after.tar');
    await docker('save', '--output', archive, after);
    const ran = await plimsoll(['compare', `docker:${before}`, archive, '--json']);
    expect(ran.code, ran.stderr).toBe(0);
    const { shared, total } = comparisonSchema.parse(JSON.parse(ran.stdout));
    expect(shared.map(({ contentBytes }) => contentBytes)).toEqual([3_040_013, 2_000_013]);
    expect(total.savedBytes).toBe(-5_040_026);
  });
});
