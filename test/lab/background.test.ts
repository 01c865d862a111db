import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { endProgram, isRunning, startInBackground } from './background.ts';

const folder = mkdtempSync(join(tmpdir(), 'background-'));
afterAll(() => rmSync(folder, { recursive: true }));

const logFile = join(folder, 'log');

test('a program is known by its mark, outlives nothing but its end, and another with its pid is left alone', async () => {
  const mark = '--id=a-test-of-the-lab';
  const program = await startInBackground({
    title: 'A sleeper',
    command: process.execPath,
    args: ['-e', 'setInterval(() => {}, 1000)', '--', mark],
    logFile,
    mark,
    isReady: async () => true,
    patienceSeconds: 10,
  });
  expect(await isRunning(program)).toBe(true);
  await endProgram({ ...program, mark: '--id=another' });
  expect(await isRunning(program)).toBe(true);
  await endProgram(program);
  expect(await isRunning(program)).toBe(false);
});

test('a program that ends before it is ready is reported with the last lines of its log', async () => {
  const started = startInBackground({
    title: 'The package index',
    command: process.execPath,
    args: ['-e', 'console.error("port 80 is taken"); process.exit(7)'],
    logFile,
    mark: '--id=none',
    isReady: async () => false,
    patienceSeconds: 20,
  });
  await expect(started).rejects.toThrow(
    /The package index did not start: it ended with 7\.\nport 80 is taken/,
  );
});

test('a program that is not there is reported as such', async () => {
  const started = startInBackground({
    title: 'The registry',
    command: join(folder, 'no-such-program'),
    args: [],
    logFile,
    mark: '--id=none',
    isReady: async () => false,
    patienceSeconds: 20,
  });
  await expect(started).rejects.toThrow(/The registry did not start: .*ENOENT/);
});
