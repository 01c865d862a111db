import { describe, expect, test } from 'vitest';
import type { Finding } from '../finding/index.ts';
import { historyOf, type RequestOptions, requestOf } from './fixtures/request-of.ts';
import { type LayerSpec, rootOf } from './fixtures/root-of.ts';
import { auditImage, wantsAuditContent } from './index.ts';

const site = 'usr/local/lib/python3.11/site-packages';
// The length of an Ed25519 key, the shortest that there are.
const keyBody = `MC4CAQAwBQYDK2VwBCIEI${'Ab1/'.repeat(11)}`.slice(0, 64);
const privateKey = `-----BEGIN PRIVATE KEY-----\n${keyBody}\n-----END PRIVATE KEY-----\n`;
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
    [
      'root/.ssh/deploy.pem',
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${'b3BlbnNzaC1r'.repeat(20)}\n-----END OPENSSH PRIVATE KEY-----`,
      'private key',
      'OpenSSH’s format',
    ],
    [
      'app/auth.py',
      'if text.startswith("-----BEGIN PRIVATE KEY-----"):\n    end = "-----END PRIVATE KEY-----"',
      undefined,
      'a program that reads keys',
    ],
    ['app/auth.py', '# -----BEGIN EC PRIVATE KEY-----\\n<key bytes>', undefined, 'a sample in a comment'],
    ['app/client.py', 'if kind == "sk-ecdsa-sha2-nistp256@openssh.com":', undefined, 'a name of OpenSSH'],
    [
      'app/myproject-123456-0a1b2c3d4e5f.json',
      `{"type": "service_account", "private_key": "${privateKey.replaceAll('\n', '\\n')}"}`,
      'cloud credentials',
      'as Google Cloud names its keys',
    ],
    ['app/settings.py', `AWS_KEY_ID = "AKIA${'Q2'.repeat(8)}"`, 'access token', 'the id of an AWS key'],
    ['app/settings.py', 'AWS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"', undefined, 'the one in AWS’s documents'],
    [
      'app/config.yaml',
      `aws:\n  secret_access_key: ${'Ab1/'.repeat(10)}`,
      'cloud credentials',
      'the key itself, known by its name and length',
    ],
    [
      'app/config.yaml',
      'secret_access_key: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      undefined,
      'the one in AWS’s documents',
    ],
    ['app/config.yaml', 'secret_access_key: ${AWS_SECRET_ACCESS_KEY}', undefined, 'a reference'],
    [
      'app/settings.toml',
      `conn = "AccountName=x;AccountKey=${'Ab1/'.repeat(21)}Ab==;"`,
      'cloud credentials',
      'Azure Storage',
    ],
    [
      'app/config.json',
      '{"key": "github_pat_11ABCDEFG0abcdefghijkl_mnop"}',
      'access token',
      'GitHub, fine-grained',
    ],
    ['app/deploy.sh', 'export T=glpat-ab12cd34ef56gh78ij90', 'access token', 'GitLab'],
    ['app/config.toml', 'slack = "xoxb-123456789012-abcdefABCDEF"', 'access token', 'Slack'],
    [
      'app/config.toml',
      `hook = "https://hooks.slack.com/services/T0AB12CD3/B0AB12CD3/${'aB1'.repeat(8)}"`,
      'access token',
      'a hook of Slack',
    ],
    ['app/config.toml', 'hook = "https://hooks.slack.com/services/T000/B000/XXXX"', undefined, 'a sample'],
    ['app/main.py', `login("hf_${'aB1'.repeat(11)}")`, 'access token', 'Hugging Face'],
    ['app/main.py', 'from x import hf_hub_download_with_retries', undefined, 'a name that begins alike'],
    ['app/config.py', `key = "sk-proj-${'aB1'.repeat(16)}"`, 'access token', 'OpenAI'],
    ['app/config.py', `key = "sk-ant-api03-${'aB1'.repeat(16)}"`, 'access token', 'Anthropic'],
    [
      'root/.npmrc',
      `//registry.npmjs.org/:_authToken=npm_${'aB1'.repeat(12)}`,
      'registry credentials',
      'npm',
    ],
    ['app/publish.sh', `twine upload -p pypi-${'AgEI'.repeat(14)}`, 'access token', 'PyPI'],
    ['root/.cache/huggingface/token', `hf_${'aB1'.repeat(11)}`, 'access token', 'what its client keeps'],
    [
      'app/settings.py',
      'DATABASE_URL = "postgresql://app:hunter22@db.internal/app"',
      'URL credentials',
      'a password in a URL',
    ],
    ['app/settings.py', 'URL = "postgresql://user:password@db.internal/app"', undefined, 'a sample'],
    [
      'app/settings.py',
      'URL = "postgresql://app:hunter22@localhost/app"',
      undefined,
      'a machine for development',
    ],
    [
      'app/settings.py',
      'URL = f"postgresql://{user}:{secret}@{host}/app"',
      undefined,
      'put together at run time',
    ],
    [
      'root/.config/pip/pip.conf',
      '[global]\nextra-index-url = https://u:hunter22@pypi.x/simple',
      'package index credentials',
      'pip of a user',
    ],
    ['root/.config/pip/pip.conf', '[global]\nno-cache-dir = true', undefined, 'settings'],
    ['root/.pypirc', '[pypi]\nusername = __token__', undefined, 'no password'],
    ['root/.netrc', 'machine x login y password $TOKEN', undefined, 'a reference'],
    ['root/.kube/config', 'users:\n- user:\n    exec:\n      command: aws', undefined, 'a program that asks'],
    ['root/.aws/credentials', '[default]\nrole_arn = arn:aws:iam::1:role/x', undefined, 'a role'],
  ];

test.each(files)('%s (%j) → %s (%s)', (path, content, secret) => {
  const found = secrets([{ [path]: content }]);
  expect(found.map((one) => 'secret' in one && one.secret)).toEqual(secret === undefined ? [] : [secret]);
  for (const one of found) expect(one.paths).toEqual([path]);
  // Nothing of the content that is longer than a word is in the finding.
  const words = String(content).match(/[\w/+=-]{12,}/g) ?? [];
  expect(words.filter((word) => JSON.stringify(found).includes(word))).toEqual([]);
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
  expect(wantsAuditContent(path, sizeBytes)).toBe(isWanted);
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

  test('with the instruction that set it last, as far as one is recorded', () => {
    const history = historyOf(
      ['ENV DB_PASSWORD=hunter21'],
      'RUN |1 DB_PASSWORD=hunter21 /bin/sh -c ./setup',
      ['/bin/sh -c #(nop)  ENV DB_PASSWORD=hunter22'],
    );
    const env = ['DB_PASSWORD=hunter22', 'API_KEY=hunter23'];
    const found = secrets([{}], { config: { env, history } }).filter(
      ({ kind }) => kind === 'secret-in-environment',
    );
    expect(found.map(({ instruction }) => instruction)).toEqual([
      '/bin/sh -c #(nop)  ENV DB_PASSWORD=***',
      undefined,
    ]);
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
