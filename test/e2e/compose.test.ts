import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, onTestFinished, test } from 'vitest';
import { runProcess } from '../../src/base/index.ts';
import { plimsoll } from './run-cli.ts';

const examples = join(import.meta.dirname, '..', '..', 'examples');

function copyOf(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(examples, name), folder, { recursive: true });
  return folder;
}

/** What the older Docker Compose, which Debian has, says of a file; undefined where it is not installed. */
async function complaint(cwd: string): Promise<string | undefined> {
  const result = await runProcess('docker-compose', ['config', '--quiet'], { cwd }).catch(() => undefined);
  return result === undefined ? undefined : `${result.code} ${result.stderr}`;
}

test.each(['churn-api', 'sentiment-api'])('%s: shown, written once, and valid for Compose', async (name) => {
  const cwd = copyOf(name);
  const before = readFileSync(join(cwd, 'compose.yaml'), 'utf8');
  const shown = await plimsoll(['compose'], { cwd });
  expect([shown.code, shown.stdout]).toEqual([1, expect.stringContaining('health-check: app/main.py:')]);
  const written = await plimsoll(['compose', '--fix', '--json'], { cwd });
  const schema = new URL('../../docs/schemas/plimsoll.compose-1.json', import.meta.url);
  const validate = new Ajv2020({ strict: true }).compile(JSON.parse(readFileSync(schema, 'utf8')));
  expect([written.code, validate(JSON.parse(written.stdout)), validate.errors]).toEqual([0, true, null]);
  expect(readFileSync(join(cwd, 'compose.yaml'), 'utf8').startsWith(before)).toBe(true);
  expect((await complaint(cwd)) ?? '0 ').toBe('0 ');
  expect((await plimsoll(['compose'], { cwd })).code).toBe(0);
});

test('an option that is none, and a file that is none', async () => {
  const cwd = copyOf('churn-api');
  expect((await plimsoll(['compose', '--target', 'tpu'], { cwd })).code).toBe(2);
  const { code, stderr } = await plimsoll(['compose', '-f', 'Dockerfile'], { cwd });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: Dockerfile:\d+: /)]);
});
