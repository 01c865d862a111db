import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { indexServer } from './index-server.ts';
import { projectOf, writeWheelFacts } from './wheel-facts.ts';

const folder = mkdtempSync(join(tmpdir(), 'index-'));
const emptyWheel = fileURLToPath(new URL('empty-wheel.py', import.meta.url));
let server: Server;
let address = '';

beforeAll(async () => {
  for (const [index, name, version] of [
    ['simple', 'torch', '2.14.1'],
    ['simple', 'Scikit_Learn', '1.9.1'],
    ['cpu', 'torch', '2.13.0+cpu'],
  ] as const) {
    mkdirSync(join(folder, index), { recursive: true });
    execFileSync('python3', [emptyWheel, join(folder, index), name, version, 'for a test']);
  }
  for (const index of ['simple', 'cpu']) await writeWheelFacts(join(folder, index));
  server = indexServer(folder);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  address = `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

test('pip itself finds its way: name, hash, metadata and wheel', async () => {
  const target = join(folder, 'installed');
  const words = ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', '--no-deps', '--target', target];
  const reach = ['--index-url', `${address}/simple/`, '--trusted-host', '127.0.0.1', '--retries', '0'];
  // Not the synchronous call: the server that pip talks to is in this process.
  await promisify(execFile)('python3', [...words, ...reach, 'scikit-learn==1.9.1'], {
    env: { ...process.env, PIP_CONFIG_FILE: '/dev/null', PIP_FIND_LINKS: '' },
  });
  expect(readdirSync(target)).toContain('Scikit_Learn-1.9.1.dist-info');
});

test('the CPU index holds the CPU build, and the other index does not', async () => {
  expect(await (await fetch(`${address}/whl/cpu/torch/`)).text()).toContain('torch-2.13.0%2Bcpu-');
  const simple = await (await fetch(`${address}/simple/torch/`)).text();
  expect(simple).toContain('torch-2.14.1-');
  expect(simple).not.toContain('cpu');
});

test('a link carries the hash of the very file behind it, a plus sign in its name or not', async () => {
  const page = await (await fetch(`${address}/whl/cpu/torch/`)).text();
  const [, path, sha256] = /href="([^#]+)#sha256=([0-9a-f]{64})"/.exec(page) ?? [];
  const bytes = Buffer.from(await (await fetch(`${address}${path}`)).arrayBuffer());
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
});

const ranges: readonly [range: string, status: number, from: number, to: number | undefined, why: string][] =
  [
    ['bytes=0-9', 206, 0, 10, 'the first bytes'],
    ['bytes=10-', 206, 10, undefined, 'all but the first bytes: a download that goes on'],
    ['bytes=-8', 206, -8, undefined, 'the last bytes: where a wheel has its table of contents'],
    ['bytes=0-99999999', 206, 0, undefined, 'an end beyond the end'],
    ['pages=1-2', 200, 0, undefined, 'another unit is ignored'],
  ];

test.each(ranges)('range %s → %i, bytes %s to %s: %s', async (range, status, from, to) => {
  const file = `${address}/packages/torch-2.14.1-py3-none-any.whl`;
  const whole = Buffer.from(await (await fetch(file)).arrayBuffer());
  const part = await fetch(file, { headers: { range } });
  expect(part.status).toBe(status);
  expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(from, to))).toBe(true);
});

const answers: readonly [path: string, headers: Record<string, string>, status: number, why: string][] = [
  [
    '/packages/torch-2.14.1-py3-none-any.whl',
    { range: 'bytes=9999999-' },
    416,
    'a range that starts beyond the end',
  ],
  ['/simple/unheard-of/', {}, 404, 'a project that it does not hold'],
  ['/packages/..%2f..%2f..%2fetc%2fpasswd', {}, 404, 'a file outside its folder'],
  ['/packages/facts.json', {}, 404, 'a file that is no wheel'],
  ['/simple/scikit_learn/', {}, 200, 'a name that is not in normal form'],
];

test.each(answers)('%s %j → %i: %s', async (path, headers, status) => {
  expect((await fetch(`${address}${path}`, { headers })).status).toBe(status);
});

test.each([
  ['scikit_learn-1.9.1-cp311-cp311-manylinux_2_28_x86_64.whl', 'scikit-learn'],
  ['MarkupSafe-3.0.3-cp311-cp311-manylinux2014_x86_64.whl', 'markupsafe'],
  ['zope.interface-7.0-py3-none-any.whl', 'zope-interface'],
])('%s is a wheel of %s', (wheel, project) => {
  expect(projectOf(wheel)).toBe(project);
});
