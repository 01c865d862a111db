import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { type RunResult, runProcess } from '../../../base/index.ts';
import { buildImage, type ImageParts, writeDockerArchive } from '../../../image/index.ts';

const main = inject('program');
let folder = '';

async function write(name: string, parts: ImageParts): Promise<void> {
  await writeDockerArchive(await buildImage({ ...parts, name }), join(folder, `${name}.tar`));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-compare-'));
  const main1 = { path: 'app/main.py', content: 'print(1)\n' };
  await write('one', { layers: [[main1, { path: 'app/log', content: 'a' }]] });
  await write('later', { layers: [[{ ...main1, mtimeSeconds: 9 }], [{ path: 'app/log', content: 'a' }]] });
  await write('other', {
    layers: [
      [
        { ...main1, content: 'print(2)\n' },
        { path: 'app/log', content: 'b' },
      ],
    ],
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function compare(before: string, after: string, ...options: readonly string[]): Promise<RunResult> {
  const paths = [before, after].map((name) => `docker-archive:${join(folder, `${name}.tar`)}`);
  return runProcess(process.execPath, [main, 'compare', ...paths, '--quiet', ...options], {
    env: { NO_COLOR: '1', PLIMSOLL_CACHE_DIR: join(folder, 'cache') },
  });
}

const runs: readonly [before: string, after: string, options: readonly string[], code: number][] = [
  ['one', 'other', [], 0],
  ['one', 'other', ['--exit-code'], 1],
  ['one', 'one', ['--exit-code'], 0],
  ['one', 'later', ['--exit-code'], 1],
  ['one', 'later', ['--exit-code', '--semantic'], 0],
  ['one', 'other', ['--exit-code', '--semantic'], 1],
  ['one', 'other', ['--exit-code', '--semantic', '--ignore', '*.py', '--ignore', 'app/log'], 0],
  ['one', 'missing', ['--exit-code'], 2],
];
test.each(runs)('compare %s %s %j exits with %d', async (before, after, options, code) => {
  expect((await compare(before, after, ...options)).code).toBe(code);
});

test('--insecure reads from a registry without TLS', async () => {
  const server = createServer((_request, response) => response.writeHead(404).end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const run = async (...options: readonly string[]): Promise<string> => {
    // Not a name of this machine’s loopback, on which TLS is never asked for.
    const image = `registry:0.0.0.0:${port}/app:1`;
    return (await runProcess(process.execPath, [main, 'compare', image, image, ...options])).stderr;
  };
  expect(await run()).toMatch(/TLS/);
  expect(await run('--insecure')).toMatch(/does not know the address/);
});

describe('formats', () => {
  test('JSON names the paths that differ, all of them on demand', async () => {
    const { stdout } = await compare('one', 'other', '--semantic', '--files', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'plimsoll.compare/1',
      diff: {
        mode: 'semantic',
        isEqual: false,
        files: {
          changes: [{ path: 'app/main.py', aspects: ['content'] }, { path: 'app/log' }],
          isComplete: true,
        },
      },
    });
  });

  test('Markdown and table tell the same', async () => {
    const [table, markdown] = [
      await compare('one', 'other'),
      await compare('one', 'other', '--format', 'markdown'),
    ];
    expect(table.stdout).toContain('other layers.');
    expect(markdown.stdout).toContain('other layers.**');
  });

  test('-o writes into a file, - on standard output', async () => {
    const path = join(folder, 'diff.md');
    const { stdout } = await compare('one', 'other', '--format', 'markdown', '-o', path);
    expect(stdout).toBe('');
    expect(await readFile(path, 'utf8')).toContain('other layers.**');
    expect((await compare('one', 'other', '-o', '-')).stdout).toContain('other layers.');
    expect(await compare('one', 'other', '-o', join(folder, 'one.tar', 'x'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot be written'),
    });
  });

  test.each([
    [['--output', ''], /--output/],
    [['--json', '--format', 'table'], /two formats/],
    [['--format', 'pdf'], /pdf/],
    [['--ignore', ''], /--ignore/],
    [['--downlink', '0'], /--downlink/],
  ])('%j is refused', async (options, message) => {
    const { code, stderr } = await compare('one', 'one', ...options);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
