import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseSlimOptions, type SlimOptions } from './slim-options.ts';
import { readSlimSettings, type SlimSettings, withSettings } from './slim-settings.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-settings-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function settingsOf(text: string): Promise<SlimSettings> {
  await writeFile(join(folder, '.plimsoll.yaml'), text);
  return readSlimSettings(folder);
}

/** The options as commander gives them when none is named. */
const none = {
  directory: '.',
  buildArg: [],
  secret: [],
  env: [],
  probe: [],
  port: [],
  pushed: [],
  build: true,
};

async function optionsOf(text: string, given: Readonly<Record<string, unknown>> = {}): Promise<SlimOptions> {
  return parseSlimOptions({ ...none, ...given }, await settingsOf(text), {
    cwd: folder,
    variables: { T: 'x' },
  });
}

test('there need be no file, and no section', async () => {
  expect(await readSlimSettings(folder)).toMatchObject({ options: {} });
  expect((await optionsOf('gates:\n  maxSize: 1GB\n')).target).toBe('auto');
  expect((await optionsOf('')).startSeconds).toBe(300);
});

const full = `slim:
  skip: [compose]
  with: [secret-mounts]
  target: cpu
  stage: web
  platform: linux/arm64
  buildArgs: { VERSION: 1.5, DEBUG: false }
  env: { LEVEL: debug, KEY: a=b }
  probes: [/predict, 'POST /x {"a": 1}']
  ports: [8000]
  health: /up
  startTimeout: 20
  uplink: 50
  secrets: ['id=t,env=T']
`;

test('the section holds options', async () => {
  expect(await optionsOf(full)).toMatchObject({
    target: 'cpu',
    stage: 'web',
    platform: { os: 'linux', architecture: 'arm64' },
    buildArgs: { VERSION: '1.5', DEBUG: 'false' },
    env: { LEVEL: 'debug', KEY: 'a=b' },
    probes: [expect.objectContaining({ path: '/predict' }), expect.objectContaining({ path: '/x' })],
    ports: [8000],
    health: '/up',
    startSeconds: 20,
    uplinkBitsPerSecond: 50e6,
    secrets: [{ id: 't', variable: 'T' }],
    asked: new Set(['secret-mounts']),
    skipped: new Set(['compose']),
  });
});

test('options of the command line win, names of variables one by one', async () => {
  const given = { target: 'gpu', port: ['9000'], env: ['LEVEL=info'], startTimeout: '5', probe: ['/other'] };
  expect(await optionsOf(full, given)).toMatchObject({
    target: 'gpu',
    stage: 'web',
    ports: [9000],
    env: { LEVEL: 'info', KEY: 'a=b' },
    startSeconds: 5,
    probes: [expect.objectContaining({ path: '/other' })],
    health: '/up',
  });
});

test.each([
  ['slim:\n  skp: []\n', ':2: slim.skp is no setting of slim; did you mean skip?'],
  ['slm:\n  skip: []\n', ':1: slm is no section of this file; did you mean slim?'],
  ['slim:\n  skip:\n    - slim-bse\n', ':3: slim.skip.0 names no edit: slim-bse; did you mean slim-base?'],
  ['slim:\n  target: tpu\n', ':2: slim.target is not valid: invalid option'],
  ['slim:\n  ports: [70000]\n', ':2: slim.ports.0 is not valid'],
  ['slim:\n  health: up\n', ':2: slim.health is not valid: must be a path that starts with /'],
  ['slim: [a]\n', ':1: slim is not valid: invalid input'],
  ['slim:\n  secrets:\n    - { id: a }\n', ':3: slim.secrets.0 is not valid: must be a text'],
  ['slim:\n  secrets: id=a\n', ':2: slim.secrets is not valid'],
  ['slim:\n  skip: [a\n', '.plimsoll.yaml:'],
])('%j is an error: %s', async (text, message) => {
  await expect(settingsOf(text)).rejects.toThrow(message);
});

test.each([
  [
    "slim:\n  secrets:\n    - 'id=T'\n    - 'src=x'\n",
    '.plimsoll.yaml:4: slim.secrets.1: src=x is not id=ID,src=FILE',
  ],
  ["slim:\n  secrets: ['id=t,env=NONE']\n", ':2: slim.secrets.0: t: the variable NONE is not set.'],
  ["slim:\n  secrets: ['id=t,src=none']\n", ':2: slim.secrets.0: t: there is no file '],
  ['slim:\n  platform: a/b/c/d\n', ':2: slim.platform: "a/b/c/d" is no platform'],
  ['slim:\n  probes:\n\n  - GET\n', ':4: slim.probes.0: The probe "GET" is malformed'],
])('%j is an error with its place: %s', async (text, message) => {
  await expect(optionsOf(text)).rejects.toThrow(message);
});

test('an error in an option is none of the settings', async () => {
  const text = "slim:\n  secrets: ['id=T']\n";
  await expect(optionsOf(text, { secret: ['src=x'] })).rejects.toThrow(/^--secret src=x is not/);
});

test('every key of the page is a setting, and every setting is on the page', async () => {
  const page = await readFile(new URL('../../../../docs/slim-settings.md', import.meta.url), 'utf8');
  const keys = [...page.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] ?? '');
  await expect(settingsOf('slim:\n  no-such-key: 1\n')).rejects.toThrow(`(known: ${keys.join(', ')})`);
});

test('what is not given on the command line does not hide a setting', () => {
  const merged = withSettings(
    { ...none, target: undefined },
    {
      options: { target: 'cpu', probe: ['/x'] },
      placeOf: () => '',
    },
  );
  expect(merged).toMatchObject({ target: 'cpu', probe: ['/x'], env: [] });
});
