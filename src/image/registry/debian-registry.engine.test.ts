import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { sha256Digest, UserError } from '../../base/index.ts';
import { buildImage, type Image, openImage, type RegistryAccess, writeOciLayout } from '../index.ts';
import {
  type DebianRegistry,
  type DebianRegistryOptions,
  hasDebianRegistry,
  startDebianRegistry,
} from './fixtures/debian-registry.ts';
import { startTlsProxy } from './fixtures/tls-proxy.ts';

const copier = 'skopeo';

const inspectionSchema = z.object({
  Digest: z.string(),
  Layers: z.array(z.string()),
  Architecture: z.string(),
  Env: z.array(z.string()),
});

let folder = '';
let built: Image;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-debian-registry-'));
  const noise = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (at * 7919 * (at % 251)) % 253));
  built = await buildImage({
    layers: [
      [
        { path: 'etc/', type: 'directory' },
        { path: 'etc/a', content: noise },
      ],
      [{ path: 'etc/.wh.a' }, { path: 'etc/b', content: 'upper' }],
    ],
    config: { env: ['A=b'] },
    compression: 'gzip',
  });
  await writeOciLayout(built, join(folder, 'layout'), { tag: 'v1' });
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

function skopeo(...args: string[]): string {
  const result = spawnSync(copier, args, { encoding: 'utf8', cwd: folder });
  expect(`${result.status} ${result.stderr}`).toMatch(/^0 /);
  return result.stdout;
}

async function startFor(options: DebianRegistryOptions): Promise<DebianRegistry> {
  const registry = await startDebianRegistry(await mkdtemp(join(folder, 'registry-')), options);
  onTestFinished(registry.stop);
  return registry;
}

/** Starts a registry, and has skopeo push the image into it. */
async function withImage(
  options: DebianRegistryOptions,
): Promise<DebianRegistry & { readonly flags: string[] }> {
  const registry = await startFor(options);
  const { login } = options;
  const creds = login === undefined ? [] : [`${login.username}:${login.password}`];
  skopeo(
    ...['copy', '--quiet', '--insecure-policy', '--dest-tls-verify=false', 'oci:layout:v1'],
    ...[`docker://${registry.host}/team/app:1`, ...creds.map((one) => `--dest-creds=${one}`)],
  );
  return { ...registry, flags: ['--tls-verify=false', ...creds.map((one) => `--creds=${one}`)] };
}

async function open(reference: string, access: RegistryAccess = {}): Promise<Image> {
  return await openImage(`registry:${reference}`, {
    temporaryDir: join(folder, 'temporary'),
    registry: access,
  });
}

/** What skopeo says of an image is what we say; layers and configuration are those that were pushed. */
async function expectSame(
  { host, flags }: { readonly host: string; readonly flags: readonly string[] },
  access: RegistryAccess = {},
): Promise<void> {
  const told = inspectionSchema.parse(JSON.parse(skopeo('inspect', ...flags, `docker://${host}/team/app:1`)));
  for (const reference of [`${host}/team/app:1`, `${host}/team/app@${told.Digest}`]) {
    const image = await open(reference, access);
    expect(image.digest).toBe(told.Digest);
    expect(image.layers.map((layer) => layer.digest)).toEqual(told.Layers);
    expect(image.platform.architecture).toBe(told.Architecture);
    expect(image.config.env).toEqual(told.Env);
    expect(image.config).toEqual(built.config);
    for (const layer of image.layers) {
      expect(sha256Digest(await buffer(await layer.uncompressed()))).toBe(layer.diffId);
      expect(sha256Digest(await buffer(await layer.stored()))).toBe(layer.digest);
    }
    await image.close();
  }
}

async function failure(reference: string, access: RegistryAccess = {}): Promise<string> {
  const problem = await open(reference, access).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(UserError);
  return problem instanceof UserError ? `${problem.message} | ${problem.hint}` : '';
}

describe.skipIf(!hasDebianRegistry)("Debian's docker-registry", () => {
  test('open to everybody, without TLS', async () => {
    const registry = await withImage({});
    await expectSame(registry);
    const { host } = registry;
    expect(await failure(`${host}/team/app:2`)).toMatch(/does not have .*has the tags 1/);
    expect(await failure(`${host}/team/other`)).toMatch(/does not have /);
    expect(await failure(`${host}/team/app@${sha256Digest('x')}`)).toMatch(/does not have /);
    await registry.stop();
    expect(await failure(`${host}/team/app:1`)).toContain('refuses the connection');
  });

  describe('behind a proxy that is spoken to by TLS', () => {
    test('whose authority is named', async () => {
      const registry = await withImage({ isTls: true });
      const proxy = await startTlsProxy(registry);
      onTestFinished(proxy.close);
      const environment = { HTTPS_PROXY: proxy.address };
      const reference = 'registry.example.org/team/app:1';
      // The registry's own certificate is for another name; the proxy's is verified all the same.
      const unknown = await failure(reference, { environment, insecure: true });
      expect(unknown).toMatch(/the certificate of the proxy 127\.0\.0\.1:\d+ .*is not trusted.*--ca-file/);
      expect(proxy.asked).toEqual([]);
      const { authorityFile } = registry;
      const image = await open(reference, { environment, insecure: true, authorityFile });
      expect(image.config).toEqual(built.config);
      await image.close();
      expect(proxy.asked).toContain('registry.example.org:443');
    });
  });

  test('an index of two platforms', async () => {
    const registry = await withImage({});
    const copies = ['arm64', 'amd64'].map(async (architecture) => {
      const other = { ...built, config: { ...built.config, platform: { os: 'linux', architecture } } };
      await writeOciLayout(other, join(folder, `layout-${architecture}`), { tag: 'v1' });
    });
    await Promise.all(copies);
    for (const architecture of ['arm64', 'amd64']) {
      const to = `docker://${registry.host}/team/app:${architecture}`;
      const from = `oci:layout-${architecture}:v1`;
      skopeo('copy', '--quiet', '--insecure-policy', '--dest-tls-verify=false', from, to);
    }
    const manifests = await Promise.all(
      ['arm64', 'amd64'].map(async (architecture) => {
        const image = await open(`${registry.host}/team/app:${architecture}`);
        await image.close();
        const raw = skopeo(
          'inspect',
          '--raw',
          ...registry.flags,
          `docker://${registry.host}/team/app:${architecture}`,
        );
        expect(sha256Digest(raw)).toBe(image.digest);
        return {
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          digest: image.digest,
          size: Buffer.byteLength(raw),
          platform: { os: 'linux', architecture },
        };
      }),
    );
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const put = await fetch(`http://${registry.host}/v2/team/app/manifests/both`, {
      method: 'PUT',
      headers: { 'content-type': mediaType },
      body: JSON.stringify({ schemaVersion: 2, mediaType, manifests }),
    });
    expect(put.status).toBe(201);
    const platform = { os: 'linux', architecture: 'arm64' };
    const image = await openImage(`registry:${registry.host}/team/app:both`, { temporaryDir: '', platform });
    expect(image.digest).toBe(manifests[0]?.digest);
    await image.close();
  });

  test('with htpasswd', async () => {
    const registry = await withImage({ login: { username: 'ann', password: 'se:cret' } });
    const auth = Buffer.from('ann:se:cret').toString('base64');
    const config = (text: string): RegistryAccess => ({
      environment: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [registry.host]: { auth: text } } }) },
    });
    await expectSame(registry, config(auth));
    const reference = `${registry.host}/team/app:1`;
    expect(await failure(reference)).toMatch(/without credentials.*docker login 127\.0\.0\.1/);
    const wrong = config(Buffer.from('ann:x').toString('base64'));
    expect(await failure(reference, wrong)).toContain(
      'does not accept the credentials from DOCKER_AUTH_CONFIG',
    );
    // What skopeo writes when it logs in.
    const file = join(folder, 'login', 'auth.json');
    await mkdir(join(folder, 'login'));
    await writeFile(file, '{}');
    const login = ['--username=ann', '--password=se:cret', '--tls-verify=false', `--authfile=${file}`];
    skopeo('login', ...login, registry.host);
    await expectSame(registry, { environment: { REGISTRY_AUTH_FILE: file } });
  });

  test('with TLS by an authority that nobody knows', async () => {
    const registry = await withImage({ isTls: true });
    const reference = `${registry.host}/team/app:1`;
    const told = await failure(reference);
    expect(told).toMatch(/certificate .* is not trusted.*NODE_EXTRA_CA_CERTS.*--insecure/);
    // What Node advises is for people who start Node.
    expect(told).not.toContain('Node.js');
    await expectSame(registry, { insecure: true });
    const program = fileURLToPath(import.meta.resolve('../fixtures/print-image.ts'));
    const ran = spawnSync(process.execPath, [program, `registry:${reference}`], {
      encoding: 'utf8',
      env: { ...process.env, NODE_EXTRA_CA_CERTS: registry.authorityFile },
    });
    const image = await open(reference, { insecure: true });
    expect(JSON.parse(ran.stdout)).toEqual({
      digest: image.digest,
      layers: image.layers.map((layer) => layer.digest),
    });
    await image.close();
  });

  describe('believes an authority', () => {
    const ways: readonly [way: string, access: (place: TrustPlace) => Promise<RegistryAccess>][] = [
      ['that a file names', async ({ pem }) => ({ authorityFile: pem })],
      ['that SSL_CERT_FILE names', async ({ pem }) => ({ environment: { SSL_CERT_FILE: pem } })],
      [
        'in /etc/docker/certs.d, as Docker does',
        async ({ pem, dir, host }) => {
          await copyTo(pem, join(dir, 'docker/certs.d', host, 'ca.crt'));
          return { systemDir: dir };
        },
      ],
      [
        'in /etc/containers/certs.d, as Podman does',
        async ({ pem, dir, host }) => {
          await copyTo(pem, join(dir, 'containers/certs.d', host, 'any name.crt'));
          return { systemDir: dir };
        },
      ],
      [
        'in ~/.config/docker/certs.d, as Docker without root does',
        async ({ pem, dir, host }) => {
          await copyTo(pem, join(dir, '.config/docker/certs.d', host, 'ca.crt'));
          return { homeDir: dir, systemDir: dir };
        },
      ],
    ];
    test.each(ways)('%s', async (_, accessOf) => {
      const registry = await withImage({ isTls: true });
      const dir = await mkdtemp(join(folder, 'trust-'));
      const access = await accessOf({ pem: registry.authorityFile, dir, host: registry.host });
      await expectSame(registry, access);
    });

    test('that is for another host: no', async () => {
      const registry = await withImage({ isTls: true });
      const dir = await mkdtemp(join(folder, 'trust-'));
      await copyTo(registry.authorityFile, join(dir, 'docker/certs.d/other:5000/ca.crt'));
      expect(await failure(`${registry.host}/team/app:1`, { systemDir: dir })).toMatch(/is not trusted/);
    });

    test('and shows its own certificate where the registry asks who comes', async () => {
      const registry = await startFor({ asksWho: true });
      const dir = await mkdtemp(join(folder, 'trust-'));
      const certs = join(dir, 'docker/certs.d', registry.host);
      await copyTo(registry.authorityFile, join(certs, 'ca.crt'));
      const reference = `${registry.host}/team/app:1`;
      expect(await failure(reference, { systemDir: dir })).toMatch(/wants to know who asks.*client\.cert/);
      await copyTo(registry.clientFiles.cert, join(certs, 'client.cert'));
      expect(await failure(reference, { systemDir: dir })).toMatch(
        /client\.cert has no client\.key beside it/,
      );
      await copyTo(registry.clientFiles.key, join(certs, 'client.key'));
      expect(await failure(reference, { systemDir: dir })).toMatch(/does not have /);
    });

    test('but not by a name that the certificate does not have', async () => {
      const registry = await withImage({ isTls: true });
      const elsewhere = registry.host.replace('127.0.0.1', '0.0.0.0');
      const told = await failure(`${elsewhere}/team/app:1`, { authorityFile: registry.authorityFile });
      expect(told).toMatch(/certificate of 0\.0\.0\.0:\d+ is for another name: .*127\.0\.0\.1/);
      expect(told).not.toContain('ca.crt');
    });

    test('whose file holds none: said', async () => {
      const registry = await startFor({ isTls: true });
      const file = join(folder, 'no.pem');
      await writeFile(file, 'nothing');
      expect(await failure(`${registry.host}/team/app:1`, { authorityFile: file })).toMatch(
        /no\.pem cannot be used for TLS: it holds no certificate/,
      );
    });
  });
});

interface TrustPlace {
  readonly pem: string;
  readonly dir: string;
  readonly host: string;
}

async function copyTo(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
