import { accessSync, constants, existsSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { exampleCopy, plimsoll, scratch } from './run-cli.ts';

const reportSchema = z.object({
  schema: z.literal('plimsoll.slim/1'),
  comparison: z.object({
    isForecast: z.boolean(),
    total: z.object({
      fat: z.object({ contentBytes: z.number() }),
      lean: z.object({ contentBytes: z.number() }),
      savedPercent: z.number(),
    }),
  }),
  edits: z.array(z.object({ id: z.string(), state: z.string() })),
  engine: z.undefined().optional(),
  verification: z.undefined().optional(),
});

/** Sizes are those of the lab's wheels where there is a lab, else of PyPI's. */
function packageIndex(): Record<string, string> {
  const lab = inject('lab');
  return lab === undefined ? {} : { PIP_INDEX_URL: lab.hostIndexUrl };
}

/** A path with what sizes are looked up with (Python and pip) and without any engine; a Docker client elsewhere finds no daemon. */
function withoutEngine(): Record<string, string> {
  const folder = join(scratch(), 'bin');
  mkdirSync(folder);
  const places = (process.env['PATH'] ?? '').split(delimiter);
  for (const program of ['python3', 'pip', 'pip3', 'git', 'sh', 'env']) {
    const found = places.map((place) => join(place, program)).find(isExecutable);
    if (found !== undefined) symlinkSync(realpathSync(found), join(folder, program));
  }
  return { PATH: folder, DOCKER_HOST: `unix://${folder}/nobody.sock`, ...packageIndex() };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

test('without an engine the plan is written and compared by forecast, and says so', async () => {
  const project = exampleCopy('churn-api');
  const { code, stdout, stderr } = await plimsoll(['slim', project], { env: withoutEngine() });
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/No container engine answers, so this is a forecast\./);
  expect(stdout).toMatch(/forecast/i);
  for (const name of ['Dockerfile', '.dockerignore', 'requirements.txt', 'compose.yaml'])
    expect(existsSync(join(project, '.plimsoll/lean', name)), name).toBe(true);
});

test('--no-build forecasts the same, with numbers of both images', async () => {
  const project = exampleCopy('churn-api');
  const { code, stdout, stderr } = await plimsoll(['slim', project, '--no-build', '--json'], {
    env: packageIndex(),
  });
  expect(code, stderr).toBe(0);
  expect(stderr).not.toMatch(/No container engine/);
  const { comparison, edits } = reportSchema.parse(JSON.parse(stdout));
  expect(comparison.isForecast).toBe(true);
  expect(comparison.total.savedPercent).toBeGreaterThan(50);
  expect(comparison.total.fat.contentBytes).toBeGreaterThan(1e9);
  expect(comparison.total.lean.contentBytes).toBeGreaterThan(1e8);
  expect(edits).toContainEqual({ id: 'slim-base', state: 'planned' });
});

test('what is only forecast is not applied unless forced', async () => {
  const project = exampleCopy('churn-api');
  const env = packageIndex();
  const refused = await plimsoll(['slim', project, '--no-build', '--apply'], { env });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/^error: Nothing was applied[\s\S]*^hint: .*--force/m);
  expect(existsSync(join(project, '.dockerignore'))).toBe(false);

  const forced = await plimsoll(['slim', project, '--no-build', '--apply', '--force'], { env });
  expect(forced.code, forced.stderr).toBe(0);
  expect(existsSync(join(project, '.dockerignore'))).toBe(true);
});

test('an engine that is asked for by name and is not there is an error', async () => {
  const project = exampleCopy('churn-api');
  const { code, stdout, stderr } = await plimsoll(['slim', project, '--engine', 'podman'], {
    env: withoutEngine(),
  });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: podman cannot be used: .*not installed/m);
  expect(stderr).toMatch(/^hint: .*[Ii]nstall/m);
  expect(stdout).toBe('');
  expect(existsSync(join(project, '.plimsoll'))).toBe(false);
});
