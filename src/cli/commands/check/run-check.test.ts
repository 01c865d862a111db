import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type RunResult, runProcess } from '../../../base/index.ts';
import { buildImage, writeOciLayout } from '../../../image/index.ts';

const main = inject('program');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-check-'));
  const image = async (name: string, sizeBytes: number): Promise<void> =>
    await writeOciLayout(
      await buildImage({ layers: [[{ path: 'app/main.py', content: 'm'.repeat(sizeBytes) }]] }),
      join(folder, name),
    );
  await image('before', 1000);
  await image('now', 1100);
  await writeFile(join(folder, 'gates.yaml'), 'gates:\n  maxSize: 1kB\n  maxGrowth: 5%\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function check(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunResult> {
  return runProcess(process.execPath, [main, 'check', ...args], {
    cwd: folder,
    env: {
      PLIMSOLL_CACHE_DIR: join(folder, 'cache'),
      NO_COLOR: '1',
      GITHUB_ACTIONS: '',
      GITHUB_STEP_SUMMARY: '',
      ...env,
    },
  });
}

const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

test.each<[readonly string[], number, RegExp, string]>([
  [['now', '--max-size', '1100'], 0, /Gates {2}all pass/, 'exactly at its limit'],
  [['now', '--max-size', '1099'], 1, /FAIL +maxSize/, 'a byte above'],
  [['now', '--max-growth', '5%'], 3, /\? +maxGrowth/, 'nothing to measure growth against'],
  [['now', '--max-growth', '5%', '--baseline', 'before'], 1, /1\.00 kB → 1\.10 kB/, 'it grew by a tenth'],
  [['now', '--max-growth', '10%', '--baseline', 'before'], 0, /1\.00 kB → 1\.10 kB/, 'which may be'],
  [['now'], 2, /no gates to judge/, 'no gates anywhere'],
  [['absent', '--max-size', '1'], 2, /absent/, 'no such image'],
  [['now', '--max-size', '1', '--baseline-optional'], 2, /--baseline/, 'an option about nothing'],
  [['now', '--max-size', '1', '--json', '--format', 'junit'], 2, /two formats/, 'two formats'],
  [
    ['now', '--max-size', '1', '--json', '--markdown', '-'],
    2,
    /--format json and --markdown - /,
    'two texts',
  ],
  [['now', '--max-size', '1', '-o', '-', '--junit', '-'], 2, /-o - and --junit - /, 'two texts by name'],
  [
    ['now', '--max-size', '1', '--markdown', '-', '--junit', '-'],
    2,
    /--markdown - and --junit - /,
    'two more',
  ],
])('check %j ends with %i: %s', async (args, code, said) => {
  const result = await check(args);
  expect(result.code, result.stderr).toBe(code);
  expect(result.stdout + result.stderr).toMatch(said);
});

test.each([
  [['--markdown', '-'], /^## ✅ now/, 'the comment alone, for `gh pr comment --body-file -`'],
  [['--junit', '-'], /^<\?xml/, 'JUnit alone'],
  [['--junit', '-', '--json', '-o', 'check.json'], /^<\?xml/, 'JUnit, and JSON in a file'],
])('check %j prints it, and makes no file of the name -', async (args, start) => {
  const { stdout, code } = await check(['now', '--max-size', '1100', ...args]);
  expect(code).toBe(0);
  expect(stdout).toMatch(start);
  expect(stdout).not.toMatch(/^Gates/m);
  expect(readdirSync(folder)).not.toContain('-');
});

test('a record of an earlier audit will do, and then there is nothing to compare but the size', async () => {
  const audit = await runProcess(process.execPath, [main, 'audit', 'before', '--json'], { cwd: folder });
  writeFileSync(join(folder, 'before.json'), audit.stdout);
  const { stdout } = await check([
    ...['now', '--json', '--gates', 'gates.yaml', '--baseline', 'before.json', '--title', 'api'],
    ...['--markdown', 'comment.md', '--junit', 'gates.xml'],
  ]);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'plimsoll.check/1',
    title: 'api',
    verdict: 'fail',
    baseline: { contentBytes: 1000 },
    gates: [
      { gate: 'maxSize', verdict: 'fail' },
      { gate: 'maxGrowth', verdict: 'fail' },
    ],
  });
  expect(read('comment.md')).toMatch(/^## ❌ api: 1\.10 kB\n/);
  expect(read('gates.xml')).toContain('<testsuite name="plimsoll check api" tests="2" failures="2"');
});

test('the comment has the table of before and after', async () => {
  await check(['now', '--max-size', '2kB', '--baseline', 'before', '--markdown', 'comment.md']);
  expect(read('comment.md')).toMatch(/^## ✅ .*: 1\.00 kB → 1\.10 kB \(\+10\.0%\)\n/);
  expect(read('comment.md')).toContain(
    '| | before | after | saved | | compressed before | compressed after |',
  );
});

describe('in GitHub Actions', () => {
  const actions = (): Record<string, string> => ({
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
  });

  test('what fails stands at the line of its limit, and the page of the run has the gates', async () => {
    writeFileSync(join(folder, 'summary.md'), 'There before.\n');
    const { stdout, stderr } = await check(['now', '--json', '--gates', 'gates.yaml'], actions());
    // The output is for a program still.
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'fail' });
    expect(stderr).toMatch(/^::error file=gates\.yaml,line=2,title=.*maxSize::size 1\.10 kB is over/m);
    expect(stderr).toMatch(/^::warning file=gates\.yaml,line=3,title=.*maxGrowth::cannot be judged/m);
    expect(read('summary.md')).toMatch(/^There before\.\n## ❌ /);
  });

  test('an error stands on the page of the run', async () => {
    const { stderr } = await check(['absent', '--max-size', '1'], actions());
    expect(stderr).toMatch(/^::error title=plimsoll::/m);
  });

  test('elsewhere nothing of that is printed', async () => {
    const { stderr } = await check(['now', '--gates', 'gates.yaml']);
    expect(stderr).not.toContain('::');
  });
});

describe('a baseline that the registry does not have', () => {
  const answers = { 404: 'MANIFEST_UNKNOWN', 403: 'DENIED' } as const;

  async function registryThatSays<Result>(
    status: keyof typeof answers,
    use: (reference: string) => Promise<Result>,
  ): Promise<Result> {
    const server = createServer((request, response) => {
      if (request.url === '/v2/') return void response.end('{}');
      response.statusCode = status;
      response.end(JSON.stringify({ errors: [{ code: answers[status] }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      // An address, since `listen` was given a port.
      return await use(`registry:127.0.0.1:${(server.address() as AddressInfo).port}/app:main`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  test.each<[keyof typeof answers, readonly string[], number, RegExp, string]>([
    [404, ['--baseline-optional'], 0, /maxGrowth is not judged/, 'the first image of all'],
    [403, ['--baseline-optional'], 0, /maxGrowth is not judged/, 'registries hide what is not there'],
    [404, [], 2, /does not have/, 'it was to be there'],
  ])('%i %j ends with %i', async (status, flags, code, said) => {
    const args = ['now', '--max-size', '2kB', '--max-growth', '1%', ...flags];
    const result = await registryThatSays(status, async (name) => check([...args, '--baseline', name]));
    expect(result.code, result.stderr).toBe(code);
    expect((result.stdout + result.stderr).replaceAll(/\s+/g, ' ')).toMatch(said);
  });
});
