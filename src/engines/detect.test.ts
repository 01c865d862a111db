import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentProgress, UserError } from '../base/index.ts';
import { type BuildRequest, detectEngine, findEngines } from './index.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-detect-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Puts a stand-in program into a folder of its own and returns that folder. */
async function install(name: string, script: string): Promise<string> {
  const place = await mkdtemp(join(folder, 'bin-'));
  await writeFile(join(place, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(place, name), 0o755);
  return place;
}

interface FakeClient {
  readonly version: string;
  readonly hasBuildx?: boolean;
  /** What is said instead of naming a server. */
  readonly refusal?: string;
}

function docker({ version, hasBuildx = false, refusal }: FakeClient): Promise<string> {
  const server = refusal === undefined ? '{"Version":"27.1.0","Os":"linux","Arch":"arm64"}' : 'null';
  return install(
    'docker',
    `case "$1" in
version) echo '{"Client":{"Version":"${version}"},"Server":${server}}'
  ${refusal === undefined ? 'exit 0' : `echo '${refusal}' >&2; exit 1`};;
buildx) ${hasBuildx ? 'echo v0.17' : 'echo "unknown command: docker buildx" >&2; exit 1'};;
context) echo unix:///run/docker.sock;;
esac`,
  );
}

function request(): BuildRequest {
  const dockerfile = join(folder, 'Dockerfile');
  return { contextDir: folder, dockerfile, tag: 'a:1', title: 'lean image', progress: silentProgress };
}

/** The environment of a machine with only these folders on PATH; an installed Docker reaches no daemon through it. */
function environment(...path: string[]): Record<string, string> {
  return { PATH: path.join(':'), DOCKER_HOST: 'unix:///no/such/docker.sock', DOCKER_CONTEXT: '' };
}

test.each([
  { clients: [{ version: '28.2.2', hasBuildx: true }], why: 'a new client with buildx' },
  {
    clients: [{ version: '28.2.2' }, { version: '20.10.24+dfsg1' }],
    why: 'the first cannot use BuildKit, the second has its own',
  },
  { clients: [{ version: '18.09.1' }], why: 'the first client with BuildKit' },
  { clients: [{ version: '22.06.0' }], why: 'the last client with its own BuildKit' },
  {
    clients: [
      { version: '27.0.0', refusal: 'Is the docker daemon running?' },
      { version: '24.0.1', hasBuildx: true },
    ],
    why: 'the first reaches no daemon',
  },
])('a Docker client that can build: $why', async ({ clients }) => {
  const places = await Promise.all(clients.map(docker));
  const engine = await detectEngine({ environment: environment(...places) });
  expect(engine).toMatchObject({
    name: 'docker',
    version: '27.1.0',
    platform: { os: 'linux', architecture: 'arm64' },
    hasCacheMounts: true,
  });
});

test.each([
  { version: '28.2.2', why: 'from 23 on the client needs the plugin' },
  { version: '23.0.0', why: 'the first without its own' },
  { version: '18.06.3', why: 'before BuildKit' },
])('never the classic builder: $version ($why)', async ({ version }) => {
  const place = await docker({ version });
  const found = await findEngines({ environment: environment(place), only: ['docker'] });
  expect(found.engines).toEqual([]);
  expect(found.refusals[0]).toMatchObject({
    title: `Docker ${version} (${join(place, 'docker')})`,
    reason: expect.stringContaining('buildx'),
    hint: expect.stringContaining('docker-buildx-plugin'),
  });
});

test('a client that cannot build still reads, where nothing is to be built', async () => {
  const places = [await docker({ version: '28.2.2' }), await docker({ version: '18.06.3' })];
  const search = { environment: environment(...places), only: ['docker'], mayLackBuilder: true } as const;
  const [engine, ...others] = (await findEngines(search)).engines;
  expect(others).toEqual([]);
  expect(engine).toMatchObject({ name: 'docker', version: '27.1.0' });
  await expect(engine?.build(request())).rejects.toMatchObject({
    message: expect.stringContaining(`${join(places[0] ?? '', 'docker')}) cannot build with BuildKit`),
    hint: expect.stringContaining('docker-buildx-plugin'),
  });
});

test('a client that builds goes before one that only reads', async () => {
  const places = [await docker({ version: '28.2.2' }), await docker({ version: '24.0.1', hasBuildx: true })];
  const { engines } = await findEngines({
    environment: environment(...places),
    only: ['docker'],
    mayLackBuilder: true,
  });
  const built = engines[0]?.build(request());
  await expect(built).rejects.not.toMatchObject({ message: expect.stringContaining('BuildKit') });
});

test('the socket may not be used: how to get at it', async () => {
  const refusal = 'permission denied while trying to connect to the Docker daemon socket';
  const place = await docker({ version: '27.0.0', hasBuildx: true, refusal });
  const error = await detectEngine({ environment: environment(place) }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    message: expect.stringContaining(refusal),
    hint: expect.stringContaining('usermod -aG docker'),
  });
});

test('nothing installed: every engine is named, with what to do', async () => {
  await mkdir(join(folder, 'empty'));
  const error = await detectEngine({ environment: environment(join(folder, 'empty')) }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ message: expect.stringMatching(/^No container engine can be used here:\n/) });
  for (const name of ['Docker', 'Podman', 'Buildah']) {
    expect(error).toMatchObject({ message: expect.stringContaining(`  ${name}`) });
  }
});

const podmanInfo = `echo '{"host":{"os":"linux","arch":"amd64"},"version":{"Version":"4.3.1"}}'`;
const buildahInfo = `case "$1" in info) echo '{"host":{"os":"linux","arch":"amd64"}}';; *) echo 'buildah version 1.23.0 (image-spec 1.0.2)';; esac`;

test('Docker, Podman, Buildah, in this order; what each version can', async () => {
  const path = await Promise.all([
    install('buildah', buildahInfo),
    install('podman', podmanInfo),
    docker({ version: '28.2.2', hasBuildx: true }),
  ]);
  const { engines } = await findEngines({ environment: environment(...path) });
  expect(engines.map(({ name, version, hasCacheMounts }) => [name, version, hasCacheMounts])).toEqual([
    ['docker', '27.1.0', true],
    ['podman', '4.3.1', true],
    ['buildah', '1.23.0', false],
  ]);
});

test('a preferred engine that is missing is not replaced by another', async () => {
  const path = await docker({ version: '28.2.2', hasBuildx: true });
  await expect(detectEngine({ prefer: 'podman', environment: environment(path) })).rejects.toThrow(
    'Podman cannot be used here:\n  Podman: it is not installed',
  );
});

test('Buildah without Podman starts no service, and says who can', async () => {
  const path = await install('buildah', buildahInfo);
  const engine = await detectEngine({ prefer: 'buildah', environment: environment(path) });
  await expect(engine.start({ image: 'x' })).rejects.toMatchObject({
    hint: expect.stringContaining('Podman'),
  });
});

test('a storage that cannot be opened', async () => {
  const path = await install('podman', "echo 'Error: database configuration mismatch' >&2; exit 125");
  await expect(detectEngine({ prefer: 'podman', environment: environment(path) })).rejects.toThrow(
    'Podman: database configuration mismatch',
  );
});

describe('where Podman and Buildah keep their images', () => {
  const kept = { kind: 'containers-overlay', root: '/srv/storage' };
  const podmanWith = (store: string, host = ''): string =>
    `echo '{"host":{"os":"linux","arch":"amd64"${host}},"version":{"Version":"4.3.1"}${store}}'`;
  const store = (driver: string): string =>
    `,"store":{"graphDriverName":"${driver}","graphRoot":"/srv/storage"}`;

  test.each<[string, string, object | undefined]>([
    ['overlay', podmanWith(store('overlay')), kept],
    ['vfs, which keeps no layers', podmanWith(store('vfs')), undefined],
    ['an older one that does not tell', podmanWith(''), undefined],
    ['a service elsewhere', podmanWith(store('overlay'), ',"serviceIsRemote":true'), undefined],
  ])('Podman, %s', async (_reason, program, expected) => {
    const path = await install('podman', program);
    const engine = await detectEngine({ prefer: 'podman', environment: environment(path) });
    expect(await engine.storage?.()).toEqual(expected);
  });

  test('Buildah, overlay', async () => {
    const told = `{"host":{"os":"linux","arch":"amd64"},"store":{"GraphDriverName":"overlay","GraphRoot":"/srv/storage"}}`;
    const path = await install('buildah', buildahInfo.replace(/\{"host".*\}\}/, told));
    const engine = await detectEngine({ prefer: 'buildah', environment: environment(path) });
    expect(await engine.storage?.()).toEqual(kept);
  });
});
