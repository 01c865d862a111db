import { describe, expect, test } from 'vitest';
import type { Finding } from '../finding/index.ts';
import { historyOf, type RequestOptions, requestOf } from './fixtures/request-of.ts';
import { type LayerSpec, rootOf } from './fixtures/root-of.ts';
import { auditImage, wantsSecretContent } from './index.ts';

const site = 'usr/local/lib/python3.11/site-packages';
const privateKey = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n';
const token = `ghp_${'a1'.repeat(18)}`;

function secrets(specs: readonly LayerSpec[], options: RequestOptions = {}): readonly Finding[] {
  const { findings } = auditImage(requestOf(rootOf(...specs), options));
  return findings.filter(({ kind }) => kind.startsWith('secret'));
}

const files: readonly [path: string, content: string | number, secret: string | undefined, reason: string][] =
  [
    ['app/.env', 'DB_PASSWORD=hunter22', 'environment file', 'a secret in it'],
    ['app/.env', 20, 'environment file', 'nobody read it'],
    ['app/.env.example', 'DB_PASSWORD=hunter22', undefined, 'a template'],
    ['root/.ssh/id_rsa', privateKey, 'private key', 'by name'],
    ['root/.ssh/id_rsa', 'ssh-rsa AAAA', undefined, 'not what its name says'],
    ['app/certs/tls.pem', privateKey, 'private key', 'by content'],
    ['app/certs/ca.pem', '-----BEGIN CERTIFICATE-----', undefined, 'a certificate'],
    ['etc/apt/keyrings/x.key', '-----BEGIN PGP PUBLIC KEY BLOCK-----', undefined, 'a public key'],
    ['etc/ssl/private/ssl-cert-snakeoil.key', privateKey, undefined, 'every Debian has one'],
    ['etc/ssl/private/app.key', privateKey, 'private key', 'the application’s'],
    ['etc/ssh/ssh_host_rsa_key', privateKey, 'private key', 'one host key for all containers'],
    ['root/.netrc', 'machine x login y password hunter22', 'registry credentials', 'a password'],
    ['root/.pypirc', '[pypi]\npassword = hunter22', 'package index credentials', 'a password'],
    ['root/.npmrc', '//registry.npmjs.org/:_authToken=hunter22', 'registry credentials', 'a token'],
    ['app/.npmrc', 'save-exact=true', undefined, 'settings'],
    ['app/.npmrc', '//registry.npmjs.org/:_authToken=${NPM_TOKEN}', undefined, 'a reference'],
    [
      'root/.docker/config.json',
      '{"auths":{"x":{"auth":"aHVudGVyMjI="}}}',
      'registry credentials',
      'a login',
    ],
    ['root/.docker/config.json', '{"credsStore":"desktop"}', undefined, 'a helper'],
    ['root/.kube/config', 'users:\n- user:\n    token: hunter22', 'cluster credentials', 'a token'],
    ['root/.aws/credentials', '[default]\naws_secret_access_key = hunter22', 'cloud credentials', 'AWS'],
    [
      'app/service-account.json',
      `{"type": "service_account", "private_key": "${privateKey.replaceAll('\n', '\\n')}"}`,
      'cloud credentials',
      'Google Cloud',
    ],
    ['root/.git-credentials', 'https://u:hunter22@github.com', 'registry credentials', 'Git'],
    [
      'app/.git/config',
      '[remote "origin"]\nurl = https://u:hunter22@github.com/x',
      'registry credentials',
      'a clone with its password',
    ],
    ['app/.git/config', '[remote "origin"]\nurl = https://github.com/x', undefined, 'a clone'],
    ['etc/nginx/.htpasswd', 'me:$apr1$abcdefgh$1234567890', 'password file', 'a hash'],
    ['etc/shadow', 'root:$y$j9T$abc$defghijkl:19000::::::', 'password file', 'root has a password'],
    ['etc/shadow', 'root:*:19000:0:99999:7:::', undefined, 'nobody has a password'],
    [
      'etc/pip.conf',
      '[global]\nindex-url = https://u:hunter22@pypi.x/simple',
      'package index credentials',
      'a password',
    ],
    ['etc/pip.conf', '[global]\nindex-url = https://pypi.x/simple', undefined, 'no password'],
    [
      'app/requirements.txt',
      '--index-url https://u:hunter22@pypi.x/simple\ntorch',
      'package index credentials',
      'a password',
    ],
    ['app/requirements.txt', 'torch==2.4.0', undefined, 'no password'],
    ['app/settings.py', `TOKEN = "${token}"`, 'access token', 'a token in a source'],
    ['app/settings.py', 'TOKEN = os.environ["TOKEN"]', undefined, 'a source'],
    [`${site}/x/tests/server.key`, privateKey, undefined, 'a published key'],
    ['app/tests/server.key', privateKey, undefined, 'a key for tests'],
    ['app/store.jks', 900, 'private key', 'a key store'],
  ];

test.each(files)('%s (%j) → %s (%s)', (path, content, secret) => {
  const found = secrets([{ [path]: content }]);
  expect(found.map((one) => 'secret' in one && one.secret)).toEqual(secret === undefined ? [] : [secret]);
  for (const one of found) expect(one.paths).toEqual([path]);
  expect(JSON.stringify(found)).not.toMatch(/hunter22|aHVudGVyMjI|BEGIN/);
});

test('a file that a later layer deletes is found all the same', () => {
  const found = secrets([{ 'app/id_rsa': privateKey }, { 'app/id_rsa': 'whiteout:' }]);
  expect(found).toMatchObject([{ kind: 'secret-file', layer: 0, severity: 'error', paths: ['app/id_rsa'] }]);
});

test('an environment file in which nothing is known as a secret is a warning', () => {
  expect(secrets([{ 'app/.env': 'DEBUG=1' }])).toMatchObject([{ severity: 'warning' }]);
});

const wanted: readonly [path: string, sizeBytes: number, isWanted: boolean, reason: string][] = [
  ['app/.env', 100, true, 'settings'],
  ['app/config/prod.yaml', 100, true, 'settings'],
  ['root/.ssh/id_ed25519', 400, true, 'a key'],
  ['etc/pip.conf', 100, true, 'the index'],
  ['app/config.json', 17_000, false, 'too large'],
  ['data/samples/0001.json', 100, false, 'one of thousands'],
  ['app/.env', 0, false, 'nothing in it'],
  [`${site}/x/config.json`, 100, false, 'of a distribution'],
  ['usr/lib/x.json', 100, false, 'of a package'],
  ['etc/ld.so.conf', 100, false, 'of a package'],
  ['app/logo.png', 100, false, 'no text'],
];
test.each(wanted)('the content of %s (%d bytes) is wanted: %s (%s)', (path, sizeBytes, isWanted) => {
  expect(wantsSecretContent(path, sizeBytes)).toBe(isWanted);
});

describe('the environment', () => {
  test('is told by name, never by value', () => {
    const env = [
      'DB_PASSWORD=hunter22',
      'GPG_KEY=A035',
      'TOKEN_FILE=/run/x',
      'API_KEY=',
      'DB=postgres://u:hunter22@h/d',
    ];
    const found = secrets([{}], { config: { env } });
    expect(found.map((one) => 'variable' in one && one.variable)).toEqual(['DB_PASSWORD', 'DB']);
    expect(JSON.stringify(found)).not.toContain('hunter22');
  });
});

describe('the history', () => {
  const instructions = [
    'ADD file:ab in /',
    'RUN |1 PIP_TOKEN=hunter22 /bin/sh -c pip install x # buildkit',
    'RUN |1 PIP_TOKEN=hunter22 /bin/sh -c curl -u me:hunter23 https://x # buildkit',
  ];
  const config = {
    env: ['API_KEY=hunter24'],
    history: historyOf(
      instructions[0] ?? '',
      ['ARG PIP_TOKEN'],
      ['ENV API_KEY=hunter24'],
      ['ENV OLD_SECRET=hunter25'],
      instructions[1] ?? '',
      instructions[2] ?? '',
    ),
  };
  const root = rootOf({ 'a/big': 500 }, { 'root/.cache/pip/x': 10 }, { 'a/big': 'whiteout:' });
  const report = auditImage(requestOf(root, { config, instructions }));

  test('tells each secret once, where it occurs first', () => {
    const found = report.findings.flatMap((one) =>
      one.kind === 'secret-in-history' ? [[one.variable, one.layer, one.instruction]] : [],
    );
    expect(found).toEqual([
      ['OLD_SECRET', undefined, 'ENV OLD_SECRET=***'],
      ['PIP_TOKEN', 1, 'RUN |1 PIP_TOKEN=*** /bin/sh -c pip install x # buildkit'],
      [undefined, 2, 'RUN |1 PIP_TOKEN=*** /bin/sh -c curl -u me:*** https://x # buildkit'],
    ]);
  });

  test('no value is anywhere in an audit', () => {
    expect(report.layers[1]?.instruction).toContain('PIP_TOKEN=***');
    expect(JSON.stringify(report)).not.toContain('hunter');
  });
});
