import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, inject, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import {
  containersStorage,
  containerTree,
  dockerTree,
  oracles,
  withoutDockersOwn,
} from './reading/oracles.ts';
import { isThere, run } from './reading/programs.ts';
import { diskTree } from './reading/tree.ts';
import { cliEnvironment, docker, plimsoll, scratch } from './run-cli.ts';

const lab = inject('lab');
const [hasSkopeo, hasBuildah, hasCtr, hasIgzip] = await Promise.all(
  ['skopeo', 'buildah', 'ctr', 'igzip'].map(isThere),
);

const dockerfile = `FROM scratch
COPY busybox own /bin/
RUN ["/bin/busybox", "--install", "/bin"]
RUN mkdir -p /data/a /gone && head -c 9000000 /dev/urandom > /data/noise && yes some text | head -c 30000000 > /data/text && \\
  ln /data/text /data/linked && chmod 4750 /data/noise && echo x > /gone/x && truncate -s 5000000 /data/holes
RUN rm -r /gone && echo app > /data/app
`;

const reportSchema = z.object({
  digest: z.string(),
  sentBytes: z.number(),
  layers: z.array(z.object({ digest: z.string(), outcome: z.string(), packing: z.string() })),
});

let building: Promise<string> | undefined;

/** The image of a few layers that all tests push; no other has one of its layers. */
async function built(): Promise<string> {
  building ??= build();
  return await building;
}

async function build(): Promise<string> {
  const folder = scratch();
  copyFileSync('/bin/busybox', join(folder, 'busybox'));
  writeFileSync(join(folder, 'Dockerfile'), dockerfile);
  const own = randomBytes(6).toString('hex');
  writeFileSync(join(folder, 'own'), own);
  const image = `plimsoll-e2e-push:${own}`;
  await docker('build', '--quiet', '--tag', image, folder);
  return image;
}

afterAll(async () => {
  if (building !== undefined) await docker('image', 'rm', await building);
});

async function push(
  image: string,
  reference: string,
  ...flags: string[]
): Promise<z.output<typeof reportSchema>> {
  const { code, stdout, stderr } = await plimsoll(['push', image, reference, '--json', ...flags], {
    env: { PLIMSOLL_CACHE_DIR: scratch() },
  });
  expect(`${code} ${stderr}`).toMatch(/^0 /);
  return reportSchema.parse(JSON.parse(stdout));
}

function comparable(tree: readonly string[]): string[] {
  return withoutDockersOwn(tree);
}

/** The engine's own containerd, which `ctr` drives. */
const containerd = join(
  dirname((process.env['DOCKER_HOST'] ?? '').replace('unix://', '')),
  'run/containerd/containerd.sock',
);

async function pulledByContainerd(reference: string): Promise<string[]> {
  const ctr = async (...words: string[]): Promise<string> =>
    await run('ctr', ['--address', containerd, '--namespace', 'plimsoll-e2e', ...words]);
  const mount = join(scratch(), 'mount');
  mkdirSync(mount);
  await ctr('images', 'pull', '--plain-http', '--snapshotter', 'native', reference);
  try {
    await ctr('images', 'mount', '--snapshotter', 'native', reference, mount);
    return await diskTree(mount);
  } finally {
    await ctr('images', 'unmount', '--rm', '--snapshotter', 'native', mount);
    await ctr('images', 'rm', '--sync', reference);
  }
}

async function pulledByBuildah(reference: string): Promise<string[]> {
  const env = containersStorage();
  const words = ['from', '--quiet', '--tls-verify=false', `docker://${reference}`];
  return await containerTree((await run('buildah', words, { env })).trim(), env);
}

test
  .skipIf(lab === undefined || hasSkopeo !== true)
  .each([
    ['zlib', 'gzip', ['--compressor', 'zlib']],
    ['zstd', 'zstd', []],
    ...(hasIgzip ? [['igzip', 'gzip', ['--compat', 'any']] as const] : []),
  ] as const)(
  `what we compress with %s, others pull and unpack as it was ${inject('noLabBecause')}`,
  async (_, format, flags) => {
    const image = await built();
    const reference = `${lab?.registry}/plimsoll-e2e/push-${randomBytes(4).toString('hex')}:1`;
    const report = await push(`docker:${image}`, reference, ...flags);
    expect(report.layers.map(({ packing }) => packing)).toEqual(Array(4).fill(format));
    const expected = comparable(await dockerTree(image));
    expect(expected.length).toBeGreaterThan(10);

    const layout = join(scratch(), 'layout');
    const copy = ['copy', '--quiet', '--insecure-policy', '--src-tls-verify=false', `docker://${reference}`];
    await run('skopeo', [...copy, `oci:${layout}:v1`]);
    for (const tool of oracles(false)) {
      // umoci knows no zstd.
      if (!tool.isThere || tool.name === 'docker' || (tool.name === 'umoci' && format === 'zstd')) continue;
      expect({ [tool.name]: comparable(await tool.tree(layout)) }).toEqual({ [tool.name]: expected });
    }
    if (hasBuildah) expect(comparable(await pulledByBuildah(reference))).toEqual(expected);
    if (hasCtr) expect(comparable(await pulledByContainerd(reference))).toEqual(expected);

    const id = await docker('inspect', '--format', '{{.Id}}', image);
    const version = Number.parseInt(await docker('version', '--format', '{{.Server.Version}}'), 10);
    if (format === 'zstd' && version < 23) return;
    await docker('pull', '--quiet', reference);
    onTestFinished(async () => void (await docker('image', 'rm', reference)));
    expect(await docker('inspect', '--format', '{{.Id}}', reference)).toBe(id);
  },
);

test.skipIf(lab === undefined)(
  `the second push of an engine's image sends nothing, and asks for no copy of it ${inject('noLabBecause')}`,
  async () => {
    const image = await built();
    const env = { PLIMSOLL_CACHE_DIR: scratch() };
    const name = `${lab?.registry}/plimsoll-e2e/push-${randomBytes(4).toString('hex')}`;
    const first = await plimsoll(['push', `docker:${image}`, `${name}:1`], { env });
    expect(`${first.code} ${first.stderr}`).toMatch(/^0 /);
    expect(first.stdout).toMatch(/MB sent in .*\n/);
    const version = Number.parseInt(await docker('version', '--format', '{{.Server.Version}}'), 10);
    const bare = await plimsoll(['push', image, `${name}:bare`], { env });
    // The same image by its bare name goes back to the same engine.
    expect([first, bare].map(({ stderr }) => /cannot pull layers .* zstd/.test(stderr))).toEqual(
      Array(2).fill(version < 23),
    );
    const watched = scratch();
    const path = cliEnvironment()['PATH'] ?? process.env['PATH'] ?? '';
    const wrapper = `#!/bin/sh\necho "$@" >> '${watched}/calls'\nPATH='${path}' exec docker "$@"\n`;
    writeFileSync(join(watched, 'docker'), wrapper, { mode: 0o755 });
    const watchedPath = `${watched}:${path}`;
    const again = await plimsoll(['push', `docker:${image}`, `${name}:2`, '--json'], {
      env: { ...env, PATH: watchedPath },
    });
    expect(again.code).toBe(0);
    expect(reportSchema.parse(JSON.parse(again.stdout))).toMatchObject({ sentBytes: 0 });
    const calls = (): string => readFileSync(join(watched, 'calls'), 'utf8');
    expect(calls()).toContain('inspect');
    expect(calls()).not.toContain('save');
    const estimate = await plimsoll(['push', `docker:${image}`, `${name}:3`, '--estimate'], {
      env: { ...env, PATH: watchedPath },
    });
    expect(estimate.stdout).toContain('0 B to send');
    expect(calls()).not.toContain('save');
  },
);

test.skipIf(lab === undefined || hasSkopeo !== true)(
  `what is stored as zstd goes as it is, unless any engine must be able to pull it ${inject('noLabBecause')}`,
  async () => {
    const image = await built();
    const name = `${lab?.registry}/plimsoll-e2e/push-${randomBytes(4).toString('hex')}`;
    await push(`docker:${image}`, `${name}:zstd`);
    const asked = await plimsoll(
      ['push', `registry:${name}:zstd`, `${name}:asked`, '--compression', 'gzip', '--json'],
      { env: { PLIMSOLL_CACHE_DIR: scratch() } },
    );
    expect(asked.stderr).toContain('--compression gzip changes nothing');
    const report = reportSchema.parse(JSON.parse(asked.stdout));
    expect(report.layers.map(({ packing }) => packing)).toEqual(Array(4).fill('stored'));

    const forAny = await push(`registry:${name}:zstd`, `${name}:any`, '--compat', 'any');
    expect(forAny.layers.map(({ packing }) => packing)).toEqual(Array(4).fill('gzip'));
    await docker('pull', '--quiet', `${name}:any`);
    onTestFinished(async () => void (await docker('image', 'rm', `${name}:any`)));
    const idOf = async (one: string): Promise<string> => await docker('inspect', '--format', '{{.Id}}', one);
    expect(await idOf(`${name}:any`)).toBe(await idOf(image));
  },
);

test.skipIf(lab === undefined)(
  `gzip is made by an igzip on PATH unless zlib or one of its levels is asked for ${inject('noLabBecause')}`,
  async () => {
    const image = await built();
    const stand = scratch();
    const script =
      '#!/bin/sh\n[ "$1" = --version ] && exec echo igzip command line interface 9.9.9\nexit 3\n';
    writeFileSync(join(stand, 'igzip'), script, { mode: 0o755 });
    const path = cliEnvironment()['PATH'] ?? process.env['PATH'] ?? '';
    const name = `${lab?.registry}/plimsoll-e2e/push-${randomBytes(4).toString('hex')}`;
    const cases: readonly [flags: readonly string[], expected: RegExp][] = [
      [['--compression', 'gzip'], /^2 .*igzip failed: it ended with 3\n.*--compressor zlib/s],
      [['--compat', 'any'], /^2 .*igzip failed/s],
      [['--compressor', 'igzip'], /^2 .*igzip failed/s],
      [['--compressor', 'zlib'], /^0 /],
      [['--compat', 'any', '--compression-level', '1'], /^0 /],
      [[], /^0 /],
    ];
    for (const [at, [flags, expected]] of cases.entries()) {
      const env = { PLIMSOLL_CACHE_DIR: scratch(), PATH: `${stand}:${path}` };
      const { code, stderr } = await plimsoll(['push', `docker:${image}`, `${name}:${at}`, ...flags], {
        env,
      });
      expect(`${code} ${stderr}`).toMatch(expected);
    }
  },
);

test.skipIf(lab === undefined)(`what cannot be pushed is told ${inject('noLabBecause')}`, async () => {
  const env = { PLIMSOLL_CACHE_DIR: scratch() };
  const cases: readonly [words: readonly string[], told: RegExp][] = [
    [['docker:plimsoll-e2e-none:1', `${lab?.registry}/a:1`], /plimsoll-e2e-none:1/],
    [['docker:x', 'Not/A/Name'], /Not\/A\/Name/],
    [['docker:x', '127.0.0.1:1/app:1'], /x/],
    [['docker:x', 'app@sha256:'.padEnd(75, 'a')], /names a digest, which only the registry can give/],
    [['docker:x', 'app', '--compression', 'zstd', '--compat', 'any'], /not what any engine can pull/],
    [['docker:x', 'app', '--compression-level', '20'], /whole number from 1 to 19/],
    [['docker:x', 'app', '--compressor', 'igzip', '--compression', 'zstd'], /makes gzip, not zstd/],
    [['docker:x', 'app', '--compressor', 'igzip', '--compression-level', '4'], /whole number from 0 to 3/],
    [
      ['docker:x', 'app', '--compressor', 'zlib', '--compression-level', '0'],
      /of zlib is a whole number from 1 to 9/,
    ],
    [['docker:x', 'app', '--compressor', 'pigz'], /igzip, zlib/],
    [['docker:x', 'app', '--all-platforms', '--platform', 'linux/arm64'], /exclude each other/],
    [['docker:x', 'app', '--all-platforms'], /one platform only/],
    [['docker:x', 'app', '--uplink', 'fast', '--estimate'], /--uplink takes Mbit\/s/],
  ];
  for (const [words, told] of cases) {
    const { code, stdout, stderr } = await plimsoll(['push', ...words], { env });
    expect({ words, code, stdout, isTold: told.test(stderr) || stderr }).toEqual({
      words,
      code: 2,
      stdout: '',
      isTold: true,
    });
  }
});
