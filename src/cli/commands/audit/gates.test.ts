import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { runProcess } from '../../../base/index.ts';
import { buildImage, writeOciLayout } from '../../../image/index.ts';
import { figureGates } from '../../../policy/index.ts';
import { gateOptions } from './gate-options.ts';

let folder = '';
const main = inject('program');

/** 1,000 bytes visible, 500 dead. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-gates-'));
  const image = await buildImage({
    layers: [
      [
        { path: 'app/old.bin', content: 'o'.repeat(500) },
        { path: 'app/main.py', content: 'm'.repeat(1000) },
      ],
      [{ path: 'app/.wh.old.bin' }],
    ],
  });
  await writeOciLayout(image, join(folder, 'image'));
  await writeFile(join(folder, 'gates.yaml'), 'gates:\n  maxDead: 100B\n');
  await writeFile(join(folder, 'wrong.yaml'), 'gates:\n  maxSise: 1GB\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function audit(...args: readonly string[]): Promise<Awaited<ReturnType<typeof runProcess>>> {
  return runProcess(process.execPath, [main, 'audit', join(folder, 'image'), ...args], {
    cwd: folder,
    env: { PLIMSOLL_CACHE_DIR: join(folder, 'cache'), NO_COLOR: '1' },
  });
}

test('each gate on a figure has its option', () => {
  expect(gateOptions().map(({ long }) => long)).toEqual(
    expect.arrayContaining(Object.values(figureGates).map(({ flag }) => flag)),
  );
});

test.each([
  [['--max-size', '1500'], 0, 'exactly at the limit'],
  [['--max-size', '1499'], 1, 'a byte above it'],
  [['--gates', 'gates.yaml'], 1, 'a limit of a file'],
  [['--gates', 'gates.yaml', '--max-dead', '500'], 0, 'an option goes before the file'],
  [['--max-growth', '5%'], 3, 'nothing to measure growth against'],
  [['--lowestEfficiency', '0.7'], 1, 'dive’s own efficiency, two thirds'],
  [['--ci'], 2, 'no gates anywhere'],
  [['--gates', 'wrong.yaml'], 2, 'a gate that nobody knows'],
  [['--gates', 'absent.yaml'], 2, 'no such file'],
  [['--max-size', 'much'], 2, 'no size'],
  [['--max-size', '1GB', '--format', 'sarif'], 2, 'a format that shows no gates'],
])('audit %j ends with %i: %s', async (args, code) => {
  const result = await audit(...args);
  expect([result.code, result.stderr.includes('at ')], result.stderr + result.stdout).toEqual([code, false]);
});

test('growth is measured against an audit of before', async () => {
  const before = await audit('--json');
  await writeFile(join(folder, 'before.json'), before.stdout);
  const judged = await audit('--json', '--max-growth', '0%', '--baseline', 'before.json');
  expect(JSON.parse(judged.stdout)).toMatchObject({
    gateVerdict: 'pass',
    gates: [{ gate: 'maxGrowth', actual: 0, verdict: 'pass' }],
  });
});

test('the table says which gate failed', async () => {
  const { stdout } = await audit('--max-size', '1499', '--min-efficiency', '0.1');
  expect(stdout).toMatch(/Gates {2}1 failed of 2 gates/);
  expect(stdout).toMatch(/FAIL +maxSize/);
});
