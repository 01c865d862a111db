import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sha256Digest, UserError } from '../../base/index.ts';
import {
  buildImage,
  type Image,
  openImage,
  openManifestTree,
  parseReference,
  type RegistryAccess,
} from '../index.ts';
import { type FixtureRegistry, pushTo, startFixtureRegistry } from './fixtures/fixture-registry.ts';
import { pushPlace } from './mirrors.ts';

let folder = '';
let built: Image;
let mirror: FixtureRegistry;
let origin: FixtureRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-mirrors-'));
  built = await buildImage({ layers: [[{ path: 'a', content: 'x' }]], compression: 'gzip' });
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  mirror = await startFixtureRegistry();
  origin = await startFixtureRegistry();
});
afterEach(async () => {
  await mirror.close();
  await origin.close();
});

/** Settings below a folder that stands for `/etc`. */
async function settings(files: Readonly<Record<string, string>>): Promise<RegistryAccess> {
  const systemDir = await mkdtemp(join(folder, 'etc-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(systemDir, name)), { recursive: true });
    await writeFile(join(systemDir, name), text);
  }
  return { systemDir, pause: async () => {} };
}

async function read(reference: string, registry: RegistryAccess): Promise<void> {
  const image = await openImage(`registry:${reference}`, { temporaryDir: folder, registry });
  for (const layer of image.layers) {
    expect(sha256Digest(await buffer(await layer.uncompressed()))).toBe(layer.diffId);
  }
  expect(image.config.diffIds).toEqual(built.config.diffIds);
  await image.close();
}

async function failure(reference: string, registry: RegistryAccess): Promise<string> {
  const problem = await openImage(`registry:${reference}`, { temporaryDir: folder, registry }).catch(
    (error: unknown) => error,
  );
  expect(problem).toBeInstanceOf(UserError);
  return problem instanceof UserError ? `${problem.message} | ${problem.hint}` : '';
}

const asked = (registry: FixtureRegistry): string[] =>
  registry.seen.map(({ path }) => path).filter((path) => path.includes('/manifests/'));

const conf = 'containers/registries.conf';

describe('a mirror is asked first', () => {
  const ways: readonly [way: string, reference: string, path: string, files: () => Record<string, string>][] =
    [
      [
        "Docker's registry-mirrors, for Docker Hub",
        'python:3.11',
        '/v2/library/python/manifests/3.11',
        () => ({ 'docker/daemon.json': JSON.stringify({ 'registry-mirrors': [`http://${mirror.host}`] }) }),
      ],
      [
        'registries.conf, with the name as it is',
        'quay.io/team/app:1',
        '/v2/team/app/manifests/1',
        () => ({
          [conf]: `[[registry]]\nlocation = "quay.io"\n[[registry.mirror]]\nlocation = "${mirror.host}"`,
        }),
      ],
      [
        'registries.conf, below a path, for the longest prefix',
        'quay.io/team/app:1',
        '/v2/cache/app/manifests/1',
        () => ({
          [conf]: `[[registry]]\nprefix = "quay.io"\nlocation = "127.0.0.1:1"\n[[registry]]\nprefix = "quay.io/team"\nlocation = "quay.io/team"\n[[registry.mirror]]\nlocation = "${mirror.host}/cache"`,
        }),
      ],
      [
        'registries.conf, for all hosts below a domain',
        'a.example.org/team/app:1',
        '/v2/team/app/manifests/1',
        () => ({ [conf]: `[[registry]]\nprefix = "*.example.org"\nlocation = "${mirror.host}"` }),
      ],
      [
        'a file in registries.conf.d',
        'quay.io/team/app:1',
        '/v2/team/app/manifests/1',
        () => ({
          'containers/registries.conf.d/10-mirror.conf': `[[registry]]\nlocation = "quay.io"\n[[registry.mirror]]\nlocation = "${mirror.host}"`,
        }),
      ],
    ];
  test.each(ways)('%s', async (_, reference, path, files) => {
    await pushTo(mirror, built, reference.split(':').at(-1) ?? '');
    await read(reference, await settings(files()));
    expect(asked(mirror)).toEqual([path]);
  });
});

const mirrored = (more = ''): Record<string, string> => ({
  [conf]: `[[registry]]\nlocation = "${origin.host}"\n[[registry.mirror]]\nlocation = "${mirror.host}"\n${more}`,
});

test('what the mirror does not have comes from the registry itself', async () => {
  await pushTo(origin, built, '1');
  await read(`${origin.host}/team/app:1`, await settings(mirrored()));
  expect(asked(mirror)).toHaveLength(1);
  expect(asked(origin)).toHaveLength(1);
});

test('what comes from a mirror can be mounted from where it is at home', async () => {
  await pushTo(mirror, built, '1');
  const registry = await settings(mirrored());
  const name = `registry:${origin.host}/team/app:1`;
  const home = { registry: origin.host, name: 'team/app' };
  const image = await openImage(name, { temporaryDir: folder, registry });
  expect(image.repository).toEqual(home);
  await image.close();
  const tree = await openManifestTree(name, { temporaryDir: folder, registry });
  expect(tree.repository).toEqual(home);
  await tree.close();
  expect(origin.seen).toEqual([]);
});

test('a mirror that is down is passed by', async () => {
  await pushTo(origin, built, '1');
  const access = await settings(mirrored());
  await mirror.close();
  await read(`${origin.host}/team/app:1`, access);
  mirror = await startFixtureRegistry();
});

test('where neither has it, both are heard', async () => {
  const said = await failure(`${origin.host}/team/app:1`, await settings(mirrored()));
  expect(said).toContain(`${origin.host} does not have`);
  expect(said).toContain(`Mirrors were asked before: ${mirror.host} does not have`);
});

test.each([
  ['digest-only', 0],
  ['tag-only', 1],
  ['all', 1],
])('a mirror for %s is asked for a tag %i times', async (mode, times) => {
  await pushTo(mirror, built, '1');
  await pushTo(origin, built, '1');
  await read(`${origin.host}/team/app:1`, await settings(mirrored(`pull-from-mirror = "${mode}"`)));
  expect(asked(mirror)).toHaveLength(times);
});

test('a prefix is no part of a longer name', async () => {
  await pushTo(origin, built, '1');
  const file = `[[registry]]\nprefix = "${origin.host}/te"\nlocation = "127.0.0.1:1/x"`;
  await read(`${origin.host}/team/app:1`, await settings({ [conf]: file }));
});

test.each([
  [
    'a blocked registry',
    `[[registry]]\nlocation = "quay.io"\nblocked = true`,
    /is blocked by registries\.conf/,
  ],
  ['a file that is no TOML', '[[registry', /registries\.conf cannot be read/],
  ['a field of another kind', '[[registry]]\nlocation = 5', /registries\.conf cannot be read/],
])('%s ends it', async (_, file, expected) => {
  expect(await failure('quay.io/team/app:1', await settings({ [conf]: file }))).toMatch(expected);
});

test('a push goes to the registry itself, without TLS where a setting allows that', async () => {
  const host = `${hostname()}:5000`;
  const files = {
    'docker/daemon.json': JSON.stringify({ 'insecure-registries': [host] }),
    [conf]: `[[registry]]\nlocation = "quay.io"\ninsecure = true\n[[registry.mirror]]\nlocation = "${mirror.host}"`,
  };
  const access = await settings(files);
  expect(await pushPlace(parseReference(`${host}/app`), access)).toMatchObject({
    registry: host,
    isInsecure: true,
  });
  const quay = { registry: 'quay.io', repository: 'team/app', isInsecure: true, isMirror: false };
  expect(await pushPlace(parseReference('quay.io/team/app'), access)).toEqual(quay);
  expect(await pushPlace(parseReference('ghcr.io/team/app'), access)).toMatchObject({ isInsecure: false });
});

const ranges: readonly [entries: readonly string[], reference: string, isInsecure: boolean, why: string][] = [
  [['10.0.0.0/8'], '10.1.2.3:5000/app', true, 'an address in a range'],
  [['10.0.0.0/8'], '11.1.2.3:5000/app', false, 'an address outside of it'],
  [['fd00::/8'], '[fd12::1]:5000/app', true, 'an address of IPv6'],
  [['127.0.0.0/8', '::1/128'], 'localhost:5000/app', true, 'a name that leads into a range'],
  [['10.0.0.0/8'], 'no-such-host.invalid/app', false, 'a name that leads nowhere'],
  [
    ['http://registry.local:5000'],
    'registry.local:5000/app',
    true,
    'a host with a scheme, which Docker cuts off',
  ],
  [['registry.local'], 'registry.local:5000/app', false, 'a host with another port'],
];
test.each(ranges)(
  "Docker's insecure-registries %j allow %s: %s (%s)",
  async (entries, reference, isInsecure) => {
    const access = await settings({
      'docker/daemon.json': JSON.stringify({ 'insecure-registries': entries }),
    });
    expect(await pushPlace(parseReference(reference), access)).toMatchObject({ isInsecure });
  },
);
