import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import { sha256Digest, UserError } from '../../base/index.ts';
import {
  AbsentLayerError,
  buildImage,
  formatConfig,
  type Image,
  openImage,
  parsePlatform,
  type RegistryAccess,
} from '../index.ts';
import {
  answerJson,
  type FixtureRegistry,
  type Intercept,
  pushTo,
  type SeenRequest,
  sendBlob,
  startFixtureRegistry,
} from './fixtures/fixture-registry.ts';
import { openBlob } from './open-blob.ts';
import { openRegistry } from './registry-client.ts';

let folder = '';
let built: Image;
let registry: FixtureRegistry;
let digest = '';
let pauses: number[] = [];

/** Bytes that no compression makes small, the same in every run. */
const noise = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919 * (at % 251)) % 253));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-registry-'));
  built = await buildImage({
    layers: [[{ path: 'etc/', type: 'directory' }], [{ path: 'weights', content: noise }]],
    compression: 'gzip',
  });
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  registry = await startFixtureRegistry();
  digest = await pushTo(registry, built, '1');
  pauses = [];
});
afterEach(async () => await registry.close());

interface OpenOptions {
  readonly reference?: string;
  readonly access?: RegistryAccess;
  readonly platform?: string;
}

async function open({ reference, access, platform }: OpenOptions = {}): Promise<Image> {
  return await openImage(`registry:${reference ?? `${registry.host}/app:1`}`, {
    temporaryDir: join(folder, 'temporary'),
    ...(platform !== undefined && { platform: parsePlatform(platform) }),
    registry: {
      pause: async (seconds) => void pauses.push(seconds),
      ...access,
    },
  });
}

/** Reads all layers of an image and closes it; gives their diffIDs. */
async function readAll(image: Image): Promise<string[]> {
  try {
    const diffIds: string[] = [];
    for (const layer of image.layers) diffIds.push(sha256Digest(await buffer(await layer.uncompressed())));
    return diffIds;
  } finally {
    await image.close();
  }
}

/** The `UserError` of opening and reading an image, as one text. */
async function failure(options: OpenOptions = {}): Promise<string> {
  const problem = await open(options)
    .then(readAll)
    .catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(UserError);
  return problem instanceof UserError ? `${problem.message} | ${problem.hint}` : '';
}

async function writeText(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

const paths = (): string[] => registry.seen.map(({ path }) => path);
const bigLayer = (): string => built.layers[1]?.digest ?? '';
const isBlob = (request: SeenRequest): boolean => request.path.endsWith(`/blobs/${bigLayer()}`);

describe('an image without authorization', () => {
  test('by tag, by digest, and by a tag beside the name', async () => {
    for (const reference of ['app:1', `app@${digest}`, `app:wrong@${digest}`]) {
      const image = await open({ reference: `${registry.host}/${reference}` });
      expect(image.digest).toBe(digest);
      expect(image.name).toBe(`${registry.host}/${reference}`);
      expect(image.layers.map((layer) => [layer.digest, layer.sizeBytes])).toEqual(
        built.layers.map((layer) => [layer.digest, layer.sizeBytes]),
      );
      expect(await readAll(image)).toEqual(built.config.diffIds);
    }
    expect(registry.seen.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    const image = await openImage(`registry:${registry.host}/app`, { temporaryDir: '', tag: '1' });
    expect(image.digest).toBe(digest);
    await image.close();
    await expect(image.layers[0]?.uncompressed()).rejects.toThrow('closed');
  });

  test('a layer is streamed when it is read, and not before', async () => {
    const image = await open();
    expect(paths().filter((path) => path.includes(bigLayer()))).toEqual([]);
    expect(await image.layers[1]?.stored().then(buffer)).toHaveLength(built.layers[1]?.sizeBytes ?? 0);
    expect(paths().filter((path) => path.includes(bigLayer()))).toHaveLength(1);
    await image.close();
  });

  test('a reader that leaves early leaves nothing open', async () => {
    const image = await open();
    const [first, second] = [await image.layers[1]?.stored(), await image.layers[1]?.uncompressed()];
    first?.destroy();
    for await (const _ of second ?? []) break;
    await image.close();
  });
});

/** A token service and a registry that wants its tokens, both in one server. */
function tokenDance(
  challenge: (realm: string) => string,
  accepts: (request: SeenRequest) => object | undefined = () => ({ token: 'good' }),
): Intercept {
  return (request, response) => {
    if (request.path.startsWith('/token')) {
      const granted = accepts(request);
      answerJson(response, granted === undefined ? 401 : 200, granted ?? { details: 'incorrect password' });
      return true;
    }
    if (request.headers.authorization === 'Bearer good') return false;
    const realm = `http://${registry.host}/token`;
    answerJson(response, 401, { errors: [] }, { 'www-authenticate': challenge(realm) });
    return true;
  };
}

describe('challenges', () => {
  test.each<[reason: string, header: (realm: string) => string, query: string]>([
    [
      'the usual one',
      (realm) => `Bearer realm="${realm}",service="registry.example",scope="repository:app:pull"`,
      'service=registry.example&scope=repository%3Aapp%3Apull',
    ],
    [
      'commas inside quotes',
      (realm) => `Bearer realm="${realm}",scope="repository:app:pull,push",service="a, b"`,
      'service=a%2C+b&scope=repository%3Aapp%3Apull',
    ],
    [
      'several challenges, the wanted one last',
      (realm) =>
        `Negotiate, NTLM TlRMTVNTUAACAAAA==, Basic realm="x, y", charset="UTF-8", Bearer realm="${realm}"`,
      'scope=repository%3Aapp%3Apull',
    ],
    [
      'the wanted one first',
      (realm) => `Bearer realm="${realm}", service=one, Basic realm="Registry Realm"`,
      'service=one&scope=repository%3Aapp%3Apull',
    ],
    [
      'escaped quotes, spaces around the sign, names in capitals',
      (realm) => `BEARER Realm = "${realm}" , SERVICE = "a \\"b\\" \\\\c"`,
      'service=a+%22b%22+%5Cc&scope=repository%3Aapp%3Apull',
    ],
    [
      'an address without quotes, against the grammar but in use',
      (realm) => `Bearer realm=${realm},service=x`,
      'service=x&scope=repository%3Aapp%3Apull',
    ],
    [
      'empty members of the list, and a relative address',
      () => ', ,Bearer realm="/token",,service="x",',
      'service=x&scope=repository%3Aapp%3Apull',
    ],
  ])('%s', async (_reason, header, query) => {
    registry.intercept = tokenDance(header);
    expect(await readAll(await open())).toEqual(built.config.diffIds);
    const tokens = paths().filter((path) => path.startsWith('/token'));
    expect(tokens).toContain(`/token?${query}`);
    // One for the manifest; the blobs take the same.
    expect(tokens.length).toBeLessThanOrEqual(2);
  });

  test.each([
    ['no challenge at all', ''],
    ['only schemes that are not known', 'Negotiate, Digest realm="x", nonce="a,b"'],
    ['a challenge cut off inside its quotes', 'Bearer realm="http://x'],
    ['an address that is none', 'Bearer realm="http://["'],
  ])('%s is an error, not an endless dance', async (_reason, header) => {
    registry.intercept = (_request, response) => {
      answerJson(response, 401, {}, header === '' ? {} : { 'www-authenticate': header });
      return true;
    };
    expect(await failure()).toMatch(/without credentials.*docker login|malformed address/);
    expect(registry.seen.length).toBeLessThan(4);
  });

  test('the registry refuses its own token: asked twice, then an error', async () => {
    registry.intercept = tokenDance(
      (realm) => `Bearer realm="${realm}"`,
      () => ({ access_token: 'bad', expires_in: 300 }),
    );
    expect(await failure()).toContain('does not show');
    expect(paths().filter((path) => path.includes('/manifests/'))).toHaveLength(2);
  });

  test('a token that ends midway is fetched anew, once for all', async () => {
    let good = 'first';
    let served = 0;
    registry.intercept = (request, response) => {
      if (request.path.startsWith('/token')) {
        served += 1;
        good = served === 1 ? 'first' : 'second';
        answerJson(response, 200, { token: good, expires_in: 3600 });
        return true;
      }
      const isExpired = isBlob(request) && request.headers.authorization === 'Bearer first';
      if (request.headers.authorization === `Bearer ${good}` && !isExpired) return false;
      const header = `Bearer realm="http://${registry.host}/token",error="invalid_token"`;
      answerJson(response, 401, {}, { 'www-authenticate': header });
      return true;
    };
    expect(await readAll(await open())).toEqual(built.config.diffIds);
    expect(served).toBe(2);
  });

  test('a registry that greets everybody, and asks at the repository for more than one scope', async () => {
    const scopes = 'repository:app:pull repository:base:pull';
    const dance = tokenDance((realm) => `Bearer realm="${realm}",scope="${scopes}"`);
    registry.intercept = (request, response) => (request.path === '/v2/' ? false : dance(request, response));
    expect(await readAll(await open())).toEqual(built.config.diffIds);
  });

  test('credentials do not go to a token service without TLS on another machine', async () => {
    registry.intercept = tokenDance(() => 'Bearer realm="http://auth.example/token"');
    expect(await failure()).toContain('not secured by TLS');
  });
});

const login = (text: string): string => Buffer.from(text).toString('base64');

describe('credentials', () => {
  const wantsBasic: Intercept = (request, response) => {
    if (request.headers.authorization === `Basic ${login('ann:se:cret')}`) return false;
    answerJson(
      response,
      401,
      { errors: [{ message: 'authentication required' }] },
      {
        'www-authenticate': 'Basic realm="Registry"',
      },
    );
    return true;
  };
  const auth = login('ann:se:cret');

  /** Writes a program that stands in for a credential helper; gives the folder for `PATH`. */
  async function helper(name: string, script: string): Promise<string> {
    const bin = await mkdtemp(join(folder, 'bin-'));
    await chmod(await writeText(join(bin, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`), 0o755);
    return `${bin}${delimiter}${process.env['PATH']}`;
  }
  const knows = `read -r server
if [ "$1" = get ]; then printf '{"ServerURL":"%s","Username":"ann","Secret":"se:cret"}' "$server"; fi`;

  test.each<[reason: string, access: (home: string) => Promise<RegistryAccess>]>([
    [
      'auth in ~/.docker/config.json',
      async (home) => {
        await writeText(
          join(home, '.docker/config.json'),
          JSON.stringify({ auths: { [registry.host]: { auth } } }),
        );
        return { homeDir: home };
      },
    ],
    [
      'a key that is an address with a path, and a user name and password apart',
      async (home) => {
        const auths = { [`https://${registry.host}/v1/`]: { username: 'ann', password: 'se:cret' } };
        await writeText(join(home, 'docker/config.json'), JSON.stringify({ auths }));
        return { environment: { DOCKER_CONFIG: join(home, 'docker') } };
      },
    ],
    [
      'REGISTRY_AUTH_FILE goes before the others, a key of the repository before that of the host',
      async (home) => {
        const wrong = { auth: login('bob:x') };
        const file = join(home, 'named.json');
        await writeText(
          file,
          JSON.stringify({ auths: { [registry.host]: wrong, [`${registry.host}/app`]: { auth } } }),
        );
        const runtime = join(home, 'runtime');
        await writeText(
          join(runtime, 'containers/auth.json'),
          JSON.stringify({ auths: { [registry.host]: wrong } }),
        );
        return { environment: { REGISTRY_AUTH_FILE: file, XDG_RUNTIME_DIR: runtime } };
      },
    ],
    [
      'XDG_RUNTIME_DIR, where the other file is broken',
      async (home) => {
        const file = join(home, 'runtime/containers/auth.json');
        await writeText(file, JSON.stringify({ auths: { [registry.host]: { auth } } }));
        await writeText(join(home, '.docker/config.json'), '{');
        return { homeDir: home, environment: { XDG_RUNTIME_DIR: join(home, 'runtime') } };
      },
    ],
    [
      'DOCKER_AUTH_CONFIG, as CI systems set it',
      async () => ({
        environment: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [registry.host]: { auth } } }) },
      }),
    ],
    [
      'a helper of this registry, which is told the server',
      async (home) => {
        const config = { credHelpers: { [registry.host]: 'one' }, credsStore: 'other', auths: null };
        await writeText(join(home, '.docker/config.json'), JSON.stringify(config));
        const path = await helper(
          'one',
          knows.replace('"$1" = get', `"$1 $server" = "get ${registry.host}"`),
        );
        return { homeDir: home, environment: { PATH: path } };
      },
    ],
    [
      'the store of all registries, with the empty entry that Docker leaves',
      async (home) => {
        const config = { auths: { [registry.host]: {} }, credsStore: 'store' };
        await writeText(join(home, '.docker/config.json'), JSON.stringify(config));
        return { homeDir: home, environment: { PATH: await helper('store', knows) } };
      },
    ],
    [
      'a store that knows nothing gives way to the file',
      async (home) => {
        const config = { auths: { [registry.host]: { auth } }, credsStore: 'none' };
        await writeText(join(home, '.docker/config.json'), JSON.stringify(config));
        const path = await helper('none', 'echo credentials not found in native keychain; exit 1');
        return { homeDir: home, environment: { PATH: path } };
      },
    ],
  ])('%s', async (_reason, access) => {
    registry.intercept = wantsBasic;
    const found = await access(await mkdtemp(join(folder, 'home-')));
    expect(await readAll(await open({ access: found }))).toEqual(built.config.diffIds);
  });

  test.each<[reason: string, script: string]>([
    [
      'kept under the address with https://',
      `read -r server
if [ "$server" != "https://HOST" ]; then echo credentials not found in native keychain; exit 1; fi
printf '{"ServerURL":"%s","Username":"ann","Secret":"se:cret"}\n' "$server"`,
    ],
    [
      'by a program that reads no standard input at all',
      `printf '{"ServerURL":"","Username":"ann","Secret":"se:cret"}'`,
    ],
  ])('a helper knows them %s', async (_reason, script) => {
    registry.intercept = wantsBasic;
    const home = await mkdtemp(join(folder, 'home-'));
    await writeText(join(home, '.docker/config.json'), '{"credsStore":"one"}');
    const path = await helper('one', script.replaceAll('HOST', registry.host));
    expect(await readAll(await open({ access: { homeDir: home, environment: { PATH: path } } }))).toEqual(
      built.config.diffIds,
    );
  });

  test('a helper that has an empty answer has none', async () => {
    const home = await mkdtemp(join(folder, 'home-'));
    await writeText(join(home, '.docker/config.json'), '{"credsStore":"one"}');
    const path = await helper('one', `echo '{"ServerURL":"","Username":"","Secret":""}'`);
    await readAll(await open({ access: { homeDir: home, environment: { PATH: path } } }));
    expect(registry.seen.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });

  // What the helpers of the clouds give, and how their registries take it.
  const clouds: readonly [cloud: string, answer: object, form: 'basic' | 'account' | 'refresh'][] = [
    ['Amazon: each request by Basic', { Username: 'AWS', Secret: 'eyJwYXlsb2FkIjoi' }, 'basic'],
    [
      'Google: an access token in the place of a password',
      { Username: 'oauth2accesstoken', Secret: 'ya29.x' },
      'account',
    ],
    ['Google of old', { Username: '_dcgcr_2_0_0_token', Secret: 'ya29.y' }, 'account'],
    ['Azure: a refresh token', { Username: '<token>', Secret: 'eyJhbGci' }, 'refresh'],
    [
      'Azure: a refresh token in the place of a password',
      { Username: '00000000-0000-0000-0000-000000000000', Secret: 'eyJhbGci' },
      'account',
    ],
  ];
  test.each(clouds)(
    '%s',
    async (_cloud, { Username, Secret }: { Username?: string; Secret?: string }, form) => {
      const basic = `Basic ${login(`${Username}:${Secret}`)}`;
      registry.intercept =
        form === 'basic'
          ? (request, response) => {
              if (request.headers.authorization === basic) return false;
              const header = {
                'www-authenticate': 'Basic realm="https://x.amazonaws.com/",service="ecr.amazonaws.com"',
              };
              answerJson(response, 401, {}, header);
              return true;
            }
          : tokenDance(
              (realm) => `Bearer realm="${realm}",service="s"`,
              ({ headers, body }) => {
                const isRight =
                  form === 'account'
                    ? headers.authorization === basic
                    : new URLSearchParams(body).get('refresh_token') === Secret;
                return isRight ? { access_token: 'good' } : undefined;
              },
            );
      const home = await mkdtemp(join(folder, 'home-'));
      const config = { credHelpers: { [registry.host]: 'cloud' } };
      await writeText(join(home, '.docker/config.json'), JSON.stringify(config));
      const path = await helper(
        'cloud',
        `cat > /dev/null; echo '${JSON.stringify({ ServerURL: '', Username, Secret })}'`,
      );
      const access = { homeDir: home, environment: { PATH: path } };
      expect(await readAll(await open({ access }))).toEqual(built.config.diffIds);
    },
  );

  test("az acr login's entry: a refresh token beside a user name without a password", async () => {
    registry.intercept = tokenDance(
      (realm) => `Bearer realm="${realm}",service="s"`,
      ({ body }) =>
        new URLSearchParams(body).get('refresh_token') === 'long' ? { access_token: 'good' } : undefined,
    );
    const entry = { auth: login('00000000-0000-0000-0000-000000000000:'), identitytoken: 'long' };
    const environment = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [registry.host]: entry } }) };
    expect(await readAll(await open({ access: { environment } }))).toEqual(built.config.diffIds);
  });

  test.each(['basic', 'token'] as const)(
    'a password that runs out on the way is asked for anew, once for all (%s)',
    async (form) => {
      let good = '1';
      registry.intercept = (request, response) => {
        // From the first blob on, the old one is good no more.
        if (isBlob(request)) good = '2';
        const basic = `Basic ${login(`AWS:${good}`)}`;
        if (request.path.startsWith('/token')) {
          const isRight = request.headers.authorization === basic;
          answerJson(response, isRight ? 200 : 401, { token: good });
          return true;
        }
        if (request.headers.authorization === (form === 'basic' ? basic : `Bearer ${good}`)) return false;
        const header = form === 'basic' ? 'Basic realm="x"' : `Bearer realm="http://${registry.host}/token"`;
        answerJson(response, 401, {}, { 'www-authenticate': header });
        return true;
      };
      const home = await mkdtemp(join(folder, 'home-'));
      await writeText(join(home, '.docker/config.json'), '{"credsStore":"one"}');
      const count = join(home, 'count');
      const script = `echo x >> ${count}; printf '{"Username":"AWS","Secret":"%s"}' "$(wc -l < ${count} | tr -d ' ')"`;
      const access = { homeDir: home, environment: { PATH: await helper('one', script) } };
      expect(await readAll(await open({ access }))).toEqual(built.config.diffIds);
      expect(await readFile(count, 'utf8')).toBe('x\nx\n');
    },
  );

  test.each<[reason: string, config: object, script: string, expected: RegExp]>([
    ['none', {}, '', /without credentials.*authentication required.*docker login 127\.0\.0\.1:\d+/],
    [
      'wrong ones, whose file is named',
      { auths: { HOST: { auth: login('ann:wrong') } } },
      '',
      /does not accept the credentials from .*config\.json.*docker login/,
    ],
    ['a helper that is not there', { credsStore: 'absent' }, '', /docker-credential-absent is not installed/],
    ['a helper that fails', { credsStore: 'one' }, 'echo locked >&2; exit 2', /one failed: locked/],
    ['a helper that talks nonsense', { credsStore: 'one' }, 'echo hush', /one gave an answer that is no/],
    ['a helper with the name of a path', { credsStore: '../x' }, '', /a name that no program may have/],
    [
      'a file with another shape',
      { auths: [] },
      '',
      /config\.json was passed over: it is malformed at auths/,
    ],
  ])('refused: %s', async (_reason, config, script, expected) => {
    registry.intercept = wantsBasic;
    const home = await mkdtemp(join(folder, 'home-'));
    const text = JSON.stringify(config).replaceAll('HOST', registry.host);
    await writeText(join(home, '.docker/config.json'), text);
    const access = { homeDir: home, environment: { PATH: await helper('one', script) } };
    const message = await failure({ access });
    expect(message).toMatch(expected);
    expect(message).not.toContain('wrong');
    expect(message).not.toContain('hush');
  });

  test('refused: a helper that does not answer, after two minutes', async () => {
    registry.intercept = wantsBasic;
    const home = await mkdtemp(join(folder, 'home-'));
    await writeText(join(home, '.docker/config.json'), '{"credsStore": "one"}');
    const path = await helper('one', 'exec sleep 1000');
    const now = AbortSignal.timeout(0);
    const clock = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(now);
    onTestFinished(() => clock.mockRestore());
    const message = await failure({ access: { homeDir: home, environment: { PATH: path } } });
    expect(message).toMatch(/docker-credential-one gave no answer for 120 seconds/);
    expect(clock).toHaveBeenCalledWith(120_000);
  });

  test('a helper that fails is no matter where everybody may read', async () => {
    const home = await mkdtemp(join(folder, 'home-'));
    await writeText(join(home, '.docker/config.json'), '{"credsStore": "absent"}');
    expect(await readAll(await open({ access: { homeDir: home } }))).toEqual(built.config.diffIds);
  });

  test('with Bearer: sent to the token service only', async () => {
    registry.intercept = tokenDance(
      (realm) => `Bearer realm="${realm}",service="s"`,
      ({ headers }) => (headers.authorization === `Basic ${auth}` ? { token: 'good' } : undefined),
    );
    const config = JSON.stringify({ auths: { [registry.host]: { auth } } });
    const access = { environment: { DOCKER_AUTH_CONFIG: config } };
    expect(await readAll(await open({ access }))).toEqual(built.config.diffIds);
    expect(paths()).toContain('/token?service=s&scope=repository%3Aapp%3Apull&account=ann');
    const elsewhere = registry.seen.filter(({ path }) => !path.startsWith('/token'));
    expect(elsewhere.filter(({ headers }) => headers.authorization?.startsWith('Basic'))).toEqual([]);
    const wrong = { DOCKER_AUTH_CONFIG: config.replace(auth, login('ann:wrong')) };
    expect(await failure({ access: { environment: wrong } })).toMatch(
      /DOCKER_AUTH_CONFIG.*incorrect password/,
    );
  });

  test.each([
    ['an identity token', (token: string) => ({ auths: { HOST: { identitytoken: token } } })],
    ['a helper that gives a token', () => ({ credsStore: 'token' })],
  ])('%s is exchanged for access tokens', async (_reason, config) => {
    registry.intercept = tokenDance(
      (realm) => `Bearer realm="${realm}",service="s"`,
      ({ method, body }) => {
        const form = Object.fromEntries(new URLSearchParams(body));
        const isRight = method === 'POST' && form['refresh_token'] === 'long-lived';
        expect(form).toMatchObject({
          grant_type: 'refresh_token',
          service: 's',
          scope: 'repository:app:pull',
        });
        return isRight ? { access_token: 'good' } : undefined;
      },
    );
    const home = await mkdtemp(join(folder, 'home-'));
    const text = JSON.stringify(config('long-lived')).replaceAll('HOST', registry.host);
    await writeText(join(home, '.docker/config.json'), text);
    const script = `echo '{"Username": "<token>", "Secret": "long-lived"}'`;
    const access = { homeDir: home, environment: { PATH: await helper('token', script) } };
    expect(await readAll(await open({ access }))).toEqual(built.config.diffIds);
  });

  test('Docker Hub: its API, its key, library/, and a proxy on the way', async () => {
    registry.intercept = (request, response) => {
      const isHub = request.path.startsWith('http://registry-1.docker.io/v2/');
      if (!isHub) return false;
      return wantsBasic(request, response);
    };
    const proxy = `http://${registry.host}`;
    const auths = { 'https://index.docker.io/v1/': { auth } };
    const environment = {
      HTTP_PROXY: proxy,
      HTTPS_PROXY: proxy,
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths }),
    };
    const image = await open({ reference: 'app:1', access: { insecure: true, environment } });
    expect(await readAll(image)).toEqual(built.config.diffIds);
    expect(paths()).toContain('http://registry-1.docker.io/v2/library/app/manifests/1');
  });
});

describe('redirects', () => {
  test('to another host without the authorization, to the same one with it', async () => {
    const storage = await startFixtureRegistry();
    storage.blobs.set('elsewhere', registry.blobs.get(bigLayer()) ?? Buffer.alloc(0));
    const environment = {
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [registry.host]: { auth: login('a:b') } } }),
    };
    registry.intercept = (request, response) => {
      if (request.headers.authorization === undefined) {
        answerJson(response, 401, {}, { 'www-authenticate': 'Basic realm="x"' });
        return true;
      }
      if (!isBlob(request)) return false;
      const isMoved = request.path.startsWith('/v2/moved');
      const location = isMoved ? `http://${storage.host}/blobs/elsewhere` : `/v2/moved/blobs/${bigLayer()}`;
      response.writeHead(307, { location, 'content-length': 0 }).end();
      return true;
    };
    expect(await readAll(await open({ access: { environment } }))).toEqual(built.config.diffIds);
    expect(storage.seen.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/blobs/elsewhere', undefined],
    ]);
    await storage.close();
  });

  test('in a circle', async () => {
    registry.intercept = (request, response) => {
      if (!isBlob(request)) return false;
      response.writeHead(302, { location: request.path, 'content-length': 0 }).end();
      return true;
    };
    expect(await failure()).toContain('answers 302');
  });
});

describe('a blob that does not come in one piece', () => {
  const stored = (): Buffer => registry.blobs.get(bigLayer()) ?? Buffer.alloc(0);

  /** Sends so many bytes of what is asked for, then cuts the connection. */
  function cutAfter(bytes: number, times: number): Intercept {
    let cuts = 0;
    return (request, response) => {
      if (!isBlob(request) || cuts === times) return false;
      cuts += 1;
      const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      const { length } = stored();
      response.writeHead(start > 0 ? 206 : 200, {
        'content-length': length - start,
        ...(start > 0 && { 'content-range': `bytes ${start}-${length - 1}/${length}` }),
      });
      response.write(stored().subarray(start, start + bytes), () => setTimeout(() => response.destroy(), 20));
      return true;
    };
  }

  test('is taken up where it ended', async () => {
    registry.intercept = cutAfter(10_000, 3);
    expect(await readAll(await open())).toEqual(built.config.diffIds);
    const ranges = registry.seen.filter(isBlob).map(({ headers }) => headers.range);
    expect(ranges).toEqual([undefined, 'bytes=10000-', 'bytes=20000-', 'bytes=30000-']);
    expect(pauses).toHaveLength(3);
  });

  test('from a server that knows no ranges: what was read already is passed by', async () => {
    const cut = cutAfter(10_000, 1);
    registry.intercept = (request, response) => {
      if (!isBlob(request)) return false;
      const { range, ...headers } = request.headers;
      if (range === undefined) return cut(request, response);
      sendBlob(stored(), { ...request, headers }, response);
      return true;
    };
    expect(await readAll(await open())).toEqual(built.config.diffIds);
  });

  test('is given up when it gets nowhere', async () => {
    registry.intercept = cutAfter(10, Number.POSITIVE_INFINITY);
    expect(await failure()).toMatch(/layer 2 of 2 .*broke off 5 times, last after 50 of \d+ bytes/);
    expect(registry.seen.filter(isBlob)).toHaveLength(5);
    expect(pauses).toHaveLength(4);
  });

  test.each<[reason: string, intercept: Intercept, expected: RegExp]>([
    [
      'another part than was asked for',
      (request, response) => {
        if (!isBlob(request)) return false;
        if (request.headers.range === undefined) return cutAfter(9, 1)(request, response);
        response.writeHead(206, { 'content-range': `bytes 0-9/${stored().length}` }).end('0123456789');
        return true;
      },
      /another part/,
    ],
    [
      'another length',
      (request, response) => {
        if (!isBlob(request)) return false;
        response.end('short');
        return true;
      },
      /has 5 bytes, but its manifest says/,
    ],
    [
      'more than its length, which no header told',
      (request, response) => {
        if (!isBlob(request)) return false;
        response.write(stored());
        response.end('more');
        return true;
      },
      /has more than \d+ bytes/,
    ],
    [
      'other bytes',
      (request, response) => {
        if (!isBlob(request)) return false;
        response.end(Buffer.alloc(stored().length));
        return true;
      },
      /layer 2 of 2 .* does not have its digest/,
    ],
    [
      'nothing',
      (request, response) => {
        if (!isBlob(request)) return false;
        answerJson(response, 404, { errors: [{ code: 'BLOB_UNKNOWN' }] });
        return true;
      },
      /does not have layer 2 of 2 .*incomplete/,
    ],
  ])('is an error: %s', async (_reason, intercept, expected) => {
    registry.intercept = intercept;
    expect(await failure()).toMatch(expected);
  });
});

describe('a large blob', () => {
  const mebibyte = 1024 * 1024;
  const bytes = Buffer.alloc(
    37 * mebibyte + 5,
    'not the same at each place, 61 bytes long to fit no power of two',
  );
  const digest = sha256Digest(bytes);
  const isLarge = ({ path }: SeenRequest): boolean => path.endsWith(digest);

  async function read(): Promise<Buffer> {
    registry.blobs.set(digest, bytes);
    const access = { pause: async () => {} };
    const client = openRegistry(registry.host, access);
    const blob = { repository: 'app', digest, sizeBytes: bytes.length, title: 'the blob' };
    return await buffer(await openBlob(client, blob)).finally(() => client.close());
  }
  const ranges = (): (string | undefined)[] =>
    registry.seen.filter(isLarge).map(({ headers }) => headers.range);

  test('comes in parts, several under way at a time', async () => {
    let [under, most] = [0, 0];
    registry.intercept = async (request, response) => {
      if (!isLarge(request)) return false;
      under += 1;
      most = Math.max(most, under);
      response.once('close', () => {
        under -= 1;
      });
      return false;
    };
    expect((await read()).equals(bytes)).toBe(true);
    expect(ranges()).toHaveLength(5);
    expect(ranges()[0]).toBe(`bytes=0-${8 * mebibyte - 1}`);
    expect(ranges().at(-1)).toBe(`bytes=${32 * mebibyte}-`);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(3);
  });

  test('whose connections break is taken up part by part', async () => {
    let cuts = 0;
    registry.intercept = (request, response) => {
      if (!isLarge(request) || cuts === 4) return false;
      cuts += 1;
      const [, first = '0', last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
      const end = last ? Number(last) : bytes.length - 1;
      response.writeHead(206, {
        'content-length': end + 1 - Number(first),
        'content-range': `bytes ${first}-${end}/${bytes.length}`,
      });
      const part = bytes.subarray(Number(first), Number(first) + 3 * mebibyte);
      response.write(part, () => setTimeout(() => response.destroy(), 20));
      return true;
    };
    expect((await read()).equals(bytes)).toBe(true);
    expect(cuts).toBe(4);
  });

  test.each<[reason: string, status: 200 | 206]>([
    ['knows no ranges: one answer is all', 200],
    ['does not look at where a range ends: the rest is left', 206],
  ])('from a server that %s', async (_, status) => {
    registry.intercept = (request, response) => {
      if (!isLarge(request)) return false;
      const start = status === 206 ? Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0) : 0;
      response.writeHead(status, {
        'content-length': bytes.length - start,
        ...(status === 206 && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
      });
      response.end(bytes.subarray(start));
      return true;
    };
    expect((await read()).equals(bytes)).toBe(true);
    expect(ranges()).toHaveLength(status === 200 ? 1 : 5);
  });

  test('that is given up ends with the error of its part', async () => {
    registry.intercept = (request, response) => {
      if (!isLarge(request) || request.headers.range?.startsWith('bytes=0-')) return false;
      answerJson(response, 404, { errors: [{ code: 'BLOB_UNKNOWN' }] });
      return true;
    };
    await expect(read()).rejects.toThrow(/does not have the blob/);
  });

  test('whose reader leaves leaves nothing open', async () => {
    registry.blobs.set(digest, bytes);
    let open = 0;
    registry.intercept = (request, response) => {
      if (!isLarge(request)) return false;
      open += 1;
      response.once('close', () => {
        open -= 1;
      });
      return false;
    };
    const client = openRegistry(registry.host, { pause: async () => {} });
    const blob = { repository: 'app', digest, sizeBytes: bytes.length, title: 'the blob' };
    const stream = await openBlob(client, blob);
    for await (const _ of stream) break;
    await expect.poll(() => open).toBe(0);
    // Those that were under way, and one that the reader had asked for; none is tried again.
    expect(ranges().length).toBeLessThanOrEqual(4);
    client.close();
  });
});

describe('a server in trouble', () => {
  /** Answers the first requests for the big blob with a status. */
  function firstAnswers(
    times: number,
    status: number,
    headers: Readonly<Record<string, string>> = {},
  ): Intercept {
    let left = times;
    return (request, response) => {
      if (!isBlob(request) || left === 0) return false;
      left -= 1;
      answerJson(response, status, { errors: [{ code: 'TOOMANYREQUESTS', message: 'slow down' }] }, headers);
      return true;
    };
  }

  test.each([
    ['429 says how long to wait', 429, { 'retry-after': '7' }, [7, 7]],
    ['503 says until when', 503, { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, [0, 0]],
  ])('%s', async (_reason, status, headers, expected) => {
    registry.intercept = firstAnswers(2, status, headers);
    expect(await readAll(await open())).toEqual(built.config.diffIds);
    expect(pauses).toEqual(expected);
  });

  test('500 says nothing: each wait is longer than the last could be', async () => {
    registry.intercept = firstAnswers(3, 500);
    expect(await readAll(await open())).toEqual(built.config.diffIds);
    for (const [index, most] of [0.5, 1, 2].entries()) {
      expect(pauses[index]).toBeGreaterThanOrEqual(most / 2);
      expect(pauses[index]).toBeLessThanOrEqual(most);
    }
  });

  test.each<[reason: string, intercept: () => Intercept, expected: RegExp]>([
    [
      'too many requests for longer than anybody waits',
      () => firstAnswers(1, 429, { 'retry-after': '3600' }),
      /too many requests \(slow down\).*again in 3600 seconds.*docker login/,
    ],
    ['too many requests each time', () => firstAnswers(9, 429), /too many requests/],
    ['500 each time', () => firstAnswers(9, 500), /answers 500 when asked for layer 2 of 2.*try later/],
    ['forbidden', () => firstAnswers(1, 403), /without credentials \(slow down\)/],
  ])('%s is an error', async (_reason, intercept, expected) => {
    registry.intercept = intercept();
    expect(await failure()).toMatch(expected);
  });
});

describe('a host that is no registry', () => {
  test.each<[reason: string, intercept: Intercept, expected: RegExp]>([
    [
      'a web page for a greeting',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>');
        return true;
      },
      /is no container registry: it answers with a web page/,
    ],
    [
      'a web page for a manifest, as a portal of a network makes it',
      (request, response) => {
        if (request.path === '/v2/') return false;
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
        return true;
      },
      /is no container registry/,
    ],
    [
      'an API that it does not have',
      (_request, response) => {
        response.writeHead(404, { 'content-type': 'text/plain' }).end('no');
        return true;
      },
      /does not know the address \/v2\//,
    ],
  ])('%s', async (_reason, intercept, expected) => {
    registry.intercept = intercept;
    expect(await failure()).toMatch(expected);
  });

  test('nobody listens, and nobody of that name', async () => {
    const { host } = registry;
    await registry.close();
    expect(await failure({ reference: `${host}/app:1` })).toMatch(/refuses the connection.*Check the port/);
    // RFC 2606: a name that nobody will ever have.
    expect(await failure({ reference: 'registry.invalid/app:1' })).toMatch(/no host registry\.invalid/);
    registry = await startFixtureRegistry();
  });
});

describe('a proxy on the way', () => {
  const through = async (proxy: string, insecure: boolean): Promise<string> =>
    await failure({
      reference: 'registry.example.org/app:1',
      access: { insecure, environment: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } },
    });

  test('that cannot be reached is named, and how to pass it by', async () => {
    const { host } = registry;
    await registry.close();
    for (const insecure of [false, true]) {
      expect(await through(`http://ann:secret@${host}`, insecure)).toMatch(
        new RegExp(`^the proxy ${host} on the way to registry.example.org cannot be reached:.*NO_PROXY`),
      );
    }
    registry = await startFixtureRegistry();
  });

  test('that asks who comes says so', async () => {
    registry.intercept = (_request, response) => {
      answerJson(response, 407, {}, { 'proxy-authenticate': 'Basic' });
      return true;
    };
    // Its own server knows no CONNECT, and ends the connection: plain HTTP is asked for next.
    expect(await through(`http://${registry.host}`, true)).toMatch(
      /does not let us through to registry\.example\.org: 407.*USER:PASSWORD/,
    );
  });

  test('that asks who comes with a web page says so, too', async () => {
    registry.intercept = (_request, response) => {
      response.writeHead(407, { 'content-type': 'text/html', 'proxy-authenticate': 'Basic' }).end('<html>');
      return true;
    };
    expect(await through(`http://${registry.host}`, true)).toMatch(
      /does not let us through to registry\.example\.org: 407.*USER:PASSWORD/,
    );
  });

  test('for plain HTTP alone leads to a name that nobody here knows', async () => {
    await pushTo(registry, built, '1');
    const image = await open({
      reference: 'registry.invalid/app:1',
      access: { insecure: true, environment: { HTTP_PROXY: `http://${registry.host}` } },
    });
    expect(image.config.diffIds).toEqual(built.config.diffIds);
    await image.close();
  });
});

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const ociIndex = 'application/vnd.oci.image.index.v1+json';

/** Puts an image of one layer for a platform into the registry; gives its descriptor for an index. */
function putImage(
  platform: string,
  more: { readonly layer?: object; readonly configType?: string } = {},
): object {
  const { os, architecture } = parsePlatform(platform);
  const tar = Buffer.alloc(1024);
  const blob = gzipSync(tar);
  const empty = { env: [], entrypoint: [], cmd: [], workingDir: '', user: '', exposedPorts: [], volumes: [] };
  const config = Buffer.from(
    formatConfig({
      ...empty,
      platform: { os, architecture },
      labels: {},
      history: [],
      diffIds: [sha256Digest(tar)],
    }),
  );
  for (const content of [blob, config]) registry.blobs.set(sha256Digest(content), content);
  const content = JSON.stringify({
    schemaVersion: 2,
    config: {
      mediaType: more.configType ?? 'application/vnd.oci.image.config.v1+json',
      digest: sha256Digest(config),
      size: config.length,
    },
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: sha256Digest(blob),
        size: blob.length,
        ...more.layer,
      },
    ],
  });
  const size = Buffer.byteLength(content);
  const put = registry.put({ mediaType: ociManifest, content }, 'single');
  return { mediaType: ociManifest, digest: put, size, platform: { os, architecture } };
}

function putIndex(manifests: readonly object[], tag: string, mediaType = ociIndex): object {
  const content = JSON.stringify({ schemaVersion: 2, manifests });
  return { mediaType: ociIndex, digest: registry.put({ mediaType, content }, tag), size: content.length };
}

describe('manifests that were fetched before', () => {
  let manifestDir = '';
  const asked = async (reference: string): Promise<string[]> => {
    registry.seen.length = 0;
    const image = await open({ reference: `${registry.host}/${reference}`, access: { manifestDir } });
    expect(image.config).toEqual(built.config);
    await image.close();
    return registry.seen.flatMap(({ method, path }) => (path.includes('/manifests/') ? [method] : []));
  };
  beforeEach(async () => {
    manifestDir = await mkdtemp(join(folder, 'manifests-'));
  });

  test('are asked for by their digest alone', async () => {
    expect(await asked('app:1')).toEqual(['GET']);
    expect(await asked('app:1')).toEqual(['HEAD']);
    expect(await asked(`app@${digest}`)).toEqual(['HEAD']);
    expect(await asked(`other@${digest}`)).toEqual(['HEAD']);
    // Nothing is known of these.
    await pushTo(registry, built, '2');
    expect(await asked('app:2')).toEqual(['GET']);
  });

  test('come again where the tag names another one', async () => {
    await asked('app:1');
    const { content = '', mediaType = '' } = registry.manifests.get('1') ?? {};
    const other = registry.put({ mediaType, content: `${content}\n` }, '1');
    expect(await asked('app:1')).toEqual(['HEAD', 'GET']);
    const image = await open({ access: { manifestDir } });
    expect(image.digest).toBe(other);
    await image.close();
  });

  test('come again where the registry tells no digest', async () => {
    await asked('app:1');
    registry.intercept = ({ method, path }, response) => {
      if (method !== 'HEAD' || !path.includes('/manifests/')) return false;
      response.writeHead(200).end();
      return true;
    };
    expect(await asked('app:1')).toEqual(['HEAD', 'GET']);
  });

  test('that are gone are not there', async () => {
    await asked('app:1');
    registry.manifests.clear();
    expect(await failure({ access: { manifestDir } })).toMatch(/does not have/);
  });

  test('that are damaged where they are kept come again', async () => {
    await asked('app:1');
    await writeFile(join(manifestDir, `${digest.replace(':', '-')}.json`), '{}');
    expect(await asked('app:1')).toEqual(['GET']);
    expect(await asked('app:1')).toEqual(['HEAD']);
  });

  test('that cannot be kept are no matter', async () => {
    manifestDir = join(await writeText(join(folder, 'a-file'), ''), 'below');
    expect(await asked('app:1')).toEqual(['GET']);
    expect(await asked('app:1')).toEqual(['GET']);
  });
});

describe('manifests', () => {
  test('of an index only the platform wanted is fetched; attestations are no images, indexes may be nested', async () => {
    const attestation = {
      ...putImage('linux/unknown'),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    };
    const inner = putIndex([putImage('linux/arm64'), putImage('linux/s390x')], 'inner');
    putIndex([putImage('linux/amd64'), attestation, inner], 'many');
    registry.seen.length = 0;
    const image = await open({ reference: `${registry.host}/app:many`, platform: 'linux/s390x' });
    expect(image.platform.architecture).toBe('s390x');
    await readAll(image);
    expect(paths().filter((path) => path.includes('/manifests/'))).toHaveLength(3);
    const message = await failure({ reference: `${registry.host}/app:many`, platform: 'linux/riscv64' });
    expect(message).toMatch(/no image for linux\/riscv64.*: linux\/amd64, linux\/arm64, linux\/s390x\.$/);
    expect(message).not.toContain('unknown');
  });

  test('media types lie: the content decides', async () => {
    const { platform: _, ...untold } = { platform: {}, ...putImage('linux/amd64') };
    putIndex([untold], 'lying', ociManifest);
    const image = await open({ reference: `${registry.host}/app:lying` });
    expect(image.platform.architecture).toBe('amd64');
    await image.close();
  });

  test('the first of two for one platform is taken', async () => {
    const first = putImage('linux/amd64');
    const second = putImage('linux/amd64', { layer: { annotations: { other: 'one' } } });
    putIndex([first, second], 'twice');
    const image = await open({ reference: `${registry.host}/app:twice`, platform: 'linux/amd64' });
    expect(first).toMatchObject({ digest: image.digest });
    await image.close();
  });

  test('a foreign layer that the registry does not hold is named with its place', async () => {
    putImage('linux/amd64', {
      layer: {
        mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
        digest: sha256Digest('windows'),
        urls: ['https://example.com/base'],
      },
    });
    const image = await open({ reference: `${registry.host}/app:single` });
    expect(image.layers[0]?.urls).toEqual(['https://example.com/base']);
    await expect(image.layers[0]?.uncompressed()).rejects.toThrow(AbsentLayerError);
    await image.close();
  });

  test.each<[reason: string, put: () => void, reference: string, expected: RegExp]>([
    ['no such tag: those that there are', () => {}, 'app:2', /does not have .*app:2.*has the tags 1/],
    ['no such digest', () => {}, `app@${sha256Digest('x')}`, /does not have .*Check the digest/],
    [
      'a manifest that is not the one of its digest',
      () => void registry.manifests.set(digest, { mediaType: ociManifest, content: '{}' }),
      'app@DIGEST',
      /does not have its digest/,
    ],
    [
      'a manifest that is not the one of the digest that the registry gives',
      () => {
        registry.intercept = (request, response) => {
          if (!request.path.includes('/manifests/')) return false;
          answerJson(response, 200, {}, { 'docker-content-digest': sha256Digest('x') });
          return true;
        };
      },
      'app:1',
      /does not have its digest/,
    ],
    [
      'schema 1',
      () =>
        void registry.put(
          {
            mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
            content: '{"schemaVersion": 1, "fsLayers": []}',
          },
          'old',
        ),
      'app:old',
      /schema 1/,
    ],
    [
      'an artifact',
      () => void putImage('linux/amd64', { configType: 'application/vnd.cncf.helm.config.v1+json' }),
      'app:single',
      /no container image but application\/vnd\.cncf\.helm/,
    ],
    [
      'an index of artifacts',
      () => void putIndex([{ mediaType: 'text/plain', digest: sha256Digest('x'), size: 1 }], 'strange'),
      'app:strange',
      /no container image but text\/plain/,
    ],
    ['an index of nothing', () => void putIndex([], 'empty'), 'app:empty', /holds no image/],
    [
      'no JSON',
      () => void registry.put({ mediaType: ociManifest, content: 'hello' }, 'text'),
      'app:text',
      /is no JSON/,
    ],
    [
      'a layer type that is no tar',
      () => void putImage('linux/amd64', { layer: { mediaType: 'application/x-squashfs' } }),
      'app:single',
      /layer 1 of 1 .*application\/x-squashfs/,
    ],
  ])('%s', async (_reason, put, reference, expected) => {
    put();
    expect(await failure({ reference: `${registry.host}/${reference.replace('DIGEST', digest)}` })).toMatch(
      expected,
    );
  });

  test('the only image for another platform than the one wanted', async () => {
    expect(await failure({ platform: 'linux/arm64' })).toMatch(
      /no image for linux\/arm64.*is for linux\/amd64 alone/,
    );
  });
});
