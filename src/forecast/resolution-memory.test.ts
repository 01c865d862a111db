import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { type ForecastRequest, type GatherOptions, gatherForecastFacts } from './index.ts';

const request: ForecastRequest = {
  baseReference: 'python:3.11-slim-bookworm',
  aptPackages: [],
  aptWithRecommends: false,
  requirements: ['demo'],
  indexes: {},
  contextBytes: 0,
  python: { bytecode: 'all', withoutTests: false, withoutHeaders: false, isStripped: false },
};

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resolutions-'));
});

interface FakePip {
  readonly version?: string;
  readonly settings?: string;
  /** Ends with an error in place of a resolution. */
  readonly isFailing?: boolean;
  readonly tool?: 'pip' | 'uv';
}

/** A pip that counts how often it resolves, and finds nothing to install. */
async function optionsWith(
  { version = '25.1', settings = '', isFailing = false, tool = 'pip' }: FakePip,
  now = 0,
): Promise<GatherOptions> {
  const pip = join(folder, 'pip');
  const answer =
    tool === 'pip' ? '{"version":"1","install":[],"environment":{}}' : 'lock-version = "1.0"\npackages = []';
  const script = `#!/bin/sh
if [ "$1" = --version ]; then echo "${tool} ${version} from /x"; exit; fi
if [ "$1" = config ]; then echo "${settings}"; exit; fi
echo x >> ${folder}/calls
${isFailing ? 'echo "ERROR: no network" >&2; exit 1' : ''}
for word; do case "$before" in --report|--output-file) out=$word;; esac; before=$word; done
cat > "$out" <<'END'
${answer}
END
`;
  await writeFile(pip, script, { mode: 0o755 });
  return { cacheDir: folder, programs: [{ tool, command: [pip] }], now: () => now };
}

const resolutions = async (): Promise<number> =>
  (await readFile(join(folder, 'calls'), 'utf8').catch(() => '')).length / 2;

const day = 24 * 3600 * 1000;

test('what is unchanged is resolved once', async () => {
  const first = await gatherForecastFacts(request, await optionsWith({}));
  const second = await gatherForecastFacts(request, await optionsWith({}, day - 1));
  expect(second).toEqual(first);
  expect(await resolutions()).toBe(1);
});

test('the application does not matter', async () => {
  await gatherForecastFacts(request, await optionsWith({}));
  await gatherForecastFacts({ ...request, contextBytes: 5, aptPackages: ['git'] }, await optionsWith({}));
  expect(await resolutions()).toBe(1);
});

test.each([
  ['a requirement', { requirements: ['demo>1'] }, {}, 0],
  ['a constraint', { constraints: ['demo<2'] }, {}, 0],
  ['an index', { indexes: { indexUrl: 'https://a/simple' } }, {}, 0],
  ['an installation before', { earlierInstalls: [{ requirements: ['a'], constraints: [], indexes: {} }] }, {}, 0],
  ['the base’s Python', { baseReference: 'python:3.12-slim-bookworm' }, {}, 0],
  ['the base’s C library', { baseReference: 'python:3.11-slim-trixie' }, {}, 0],
  ['the processor', { architecture: 'aarch64' }, {}, 0],
  ['the version of pip', {}, { version: '25.2' }, 0],
  ['what pip is set to', {}, { settings: ":env:.no-index='1'" }, 0],
  ['the index, perhaps, within a day', {}, {}, day],
  ['the clock, set back', {}, {}, -1],
] as const)('%s makes it resolve again', async (_, changes, pip, now) => {
  await gatherForecastFacts(request, await optionsWith({}));
  const { missing } = await gatherForecastFacts({ ...request, ...changes }, await optionsWith(pip, now));
  expect(missing).toEqual([]);
  expect(await resolutions()).toBeGreaterThan(1);
}); // biome-ignore format: a table

test('a failure is not kept', async () => {
  const { missing } = await gatherForecastFacts(request, await optionsWith({ isFailing: true }));
  expect(missing[0]?.because).toContain('no network');
  const facts = await gatherForecastFacts(request, await optionsWith({}));
  expect(facts.missing).toEqual([]);
});

test('what is damaged is resolved again', async () => {
  await gatherForecastFacts(request, await optionsWith({}));
  const [file = ''] = await readdir(join(folder, 'resolutions'));
  await writeFile(join(folder, 'resolutions', file), '{"wheels":');
  const facts = await gatherForecastFacts(request, await optionsWith({}));
  expect(facts.missing).toEqual([]);
  expect(await resolutions()).toBe(2);
});

test('uv does not tell its settings, and is asked every time', async () => {
  await gatherForecastFacts(request, await optionsWith({ tool: 'uv' }));
  await gatherForecastFacts(request, await optionsWith({ tool: 'uv' }));
  expect(await resolutions()).toBe(2);
});
