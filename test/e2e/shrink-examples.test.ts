import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { runProcess } from '../../src/base/index.ts';
import { compareSweeps, type ImportOutcome, parseSweep, sweepScript } from '../sweep/index.ts';
import { cliEnvironment, docker, exampleCopy, labBuildArgs, plimsoll, scratch } from './run-cli.ts';

const layers = z.array(
  z.object({ contentBytes: z.number(), isBase: z.boolean().optional(), group: z.string().optional() }),
);
const reportSchema = z.object({
  before: z.object({ contentBytes: z.number(), layers }),
  after: z.object({ contentBytes: z.number(), layers }),
  proof: z.object({ verdict: z.string() }),
});

/** The lean image of the other example, where a run of the lab has made it. */
const sentimentLean =
  inject('lab') === undefined ? undefined : await heldImage('plimsoll/sentiment-api-*:lean');

async function heldImage(reference: string): Promise<string | undefined> {
  const words = ['image', 'ls', '--filter', `reference=${reference}`, '--format', '{{.Repository}}:{{.Tag}}'];
  const [name] = (await docker(...words)).split('\n');
  return name === '' ? undefined : name;
}

/** Imports everything inside an image; the second time what there was before. */
async function sweep(image: string, known?: readonly ImportOutcome[]): Promise<readonly ImportOutcome[]> {
  const names = known === undefined ? [] : [JSON.stringify(known.map(({ name }) => name))];
  const { code, stdout, stderr } = await runProcess(
    'docker',
    ['run', '--rm', '-i', '--network', 'none', '--entrypoint', 'python', image, '-', ...names],
    { input: sweepScript(), keepCharacters: 20_000_000, env: cliEnvironment() },
  );
  expect([code, stderr]).toEqual([0, '']);
  return parseSweep(stdout);
}

/** Shrinks an image with proof, loads the result, and compares everything that can be imported; gives what was reported. */
async function shrinkAndSweep(
  fat: string,
  options: readonly string[],
): Promise<z.infer<typeof reportSchema>> {
  const lean = `plimsoll-shrink-test/lean:${process.pid}`;
  const file = join(scratch(), 'lean.tar');
  const manifest = join(scratch(), 'gone.json');
  const words = [
    '-o',
    file,
    '--tag',
    lean,
    '--manifest',
    manifest,
    '--json',
    '--verify',
    '--engine',
    'docker',
    ...options,
  ];
  const run = await plimsoll(['shrink', `docker:${fat}`, ...words]);
  expect(run.code, `${run.stderr}${run.stdout.slice(0, 4000)}`).toBe(0);
  try {
    await docker('load', '--quiet', '--input', file);
    const before = await sweep(fat);
    expect(
      before.filter(({ name, outcome }) => name.startsWith('app.') && outcome === 'ok').length,
    ).toBeGreaterThan(1);
    const gone = goneModules(manifest);
    const kept = before.filter(({ name }) => !gone.has(name.split('.')[0] ?? ''));
    expect(kept.filter(({ outcome }) => outcome === 'ok').length).toBeGreaterThan(30);
    expect(compareSweeps(kept, await sweep(lean, kept))).toEqual([]);
  } finally {
    await docker('image', 'rm', '--force', lean);
  }
  return reportSchema.parse(JSON.parse(run.stdout));
}

const manifestSchema = z.object({ files: z.array(z.object({ path: z.string(), pass: z.string() })) });

/** What can be imported of distributions that went whole, for development alone. */
function goneModules(manifest: string): ReadonlySet<string> {
  const { files } = manifestSchema.parse(JSON.parse(readFileSync(manifest, 'utf8')));
  return new Set(
    files.flatMap(({ path, pass }) => {
      const name = /\/site-packages\/(\w+)(?:\/|\.py$|\.[\w-]+\.so$)/.exec(path)?.[1];
      return pass === 'development' && name !== undefined ? [name] : [];
    }),
  );
}

describe.skipIf(inject('lab') === undefined)(`shrunk examples ${inject('noLabBecause')}`, () => {
  test('churn-api as its team builds it: 60% of what is above the base at most, every import and answer as before', async () => {
    const fat = `plimsoll-shrink-test/churn-api:${process.pid}`;
    const words = ['build', '--quiet', '--tag', fat, ...labBuildArgs(), exampleCopy('churn-api')];
    const env = { ...cliEnvironment(), DOCKER_BUILDKIT: '1' };
    const built = await runProcess('docker', words, { env });
    expect(built.code, built.stderr).toBe(0);
    try {
      const { before, after, proof } = await shrinkAndSweep(fat, [
        ...['--base', 'docker:python:3.11', '--probe', '/predict?tenure=3'],
        ...['--probe', 'POST /predict {"tenure": 30, "monthly_charges": 20.5}'],
      ]);
      expect(proof.verdict).toBe('same');
      const was = sum(before.layers.filter(({ isBase }) => isBase === false));
      const is = sum(after.layers.filter(({ group }) => group !== undefined));
      expect(is / was).toBeLessThanOrEqual(0.6);
    } finally {
      await docker('image', 'rm', '--force', fat);
    }
  });

  test.skipIf(sentimentLean === undefined)(
    'sentiment-api, lean already: every import and answer as before',
    async () => {
      const { before, after, proof } = await shrinkAndSweep(sentimentLean ?? '', [
        ...['--base', 'docker:python:3.11-slim', '--probe', 'POST /predict {"text": "a fine day"}'],
      ]);
      expect(proof.verdict).toBe('same');
      expect(after.contentBytes).toBeLessThan(before.contentBytes);
    },
  );
});

function sum(layers: readonly { readonly contentBytes: number }[]): number {
  return layers.reduce((total, { contentBytes }) => total + contentBytes, 0);
}
