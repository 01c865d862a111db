import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { digests, exampleCopy, plimsoll, scratch } from './run-cli.ts';

const reportSchema = z.object({
  schema: z.literal('plimsoll.deps/1'),
  total: z.object({ distributions: z.number(), ownBytes: z.number() }),
  lean: z.object({ distributions: z.number(), ownBytes: z.number() }),
  distributions: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      use: z.string(),
      ownBytes: z.number(),
      exclusive: z.array(z.string()),
      path: z.array(z.string()),
      requestedAt: z.string().optional(),
      isRequested: z.boolean(),
    }),
  ),
  findings: z.array(
    z.object({
      kind: z.string(),
      distributions: z.array(z.string()),
      remedy: z.string(),
      savedBytes: z.number().optional(),
    }),
  ),
  minimal: z.array(z.object({ name: z.string(), extras: z.array(z.string()) })),
  incomplete: z.array(z.unknown()),
  fix: z.object({ isWritten: z.boolean(), paths: z.array(z.string()) }).optional(),
});

/** The lab's wheels where there is a lab, else PyPI's. */
function packageIndex(): Record<string, string> {
  const lab = inject('lab');
  return lab === undefined
    ? {}
    : { PIP_INDEX_URL: lab.hostIndexUrl, PIP_EXTRA_INDEX_URL: '', PIP_FIND_LINKS: '' };
}

async function reportOf(...args: readonly string[]): Promise<z.infer<typeof reportSchema>> {
  const { code, stdout, stderr } = await plimsoll(['deps', ...args, '--json', '--quiet'], {
    env: packageIndex(),
  });
  expect(code, stderr).toBeLessThan(2);
  return reportSchema.parse(JSON.parse(stdout));
}

test.each([
  ['sentiment-api', ['fastapi', 'pandas', 'scikit-learn', 'torch', 'transformers', 'uvicorn']],
  ['churn-api', ['fastapi', 'pandas', 'scikit-learn', 'uvicorn']],
])(
  '%s, resolved: what it needs is told from what development needs, and nothing needed is called unused',
  async (name, needed) => {
    const project = exampleCopy(name);
    const before = digests(project);
    const report = await reportOf(project, '--fix');
    expect(report.incomplete).toEqual([]);
    expect(report.minimal.map((one) => one.name)).toEqual(needed);
    expect(report.minimal.find((one) => one.name === 'uvicorn')?.extras).toEqual(['standard']);
    const development = report.findings.find(({ kind }) => kind === 'development');
    expect(development?.distributions).toEqual(
      expect.arrayContaining(['black', 'jupyter', 'mypy', 'pytest']),
    );
    expect(development?.remedy).toMatch(
      /^let Dockerfile:\d+ install requirements\.txt in place of requirements-dev\.txt/,
    );
    expect(development?.savedBytes).toBeGreaterThan(2e8);
    expect(report.findings.map(({ kind }) => kind)).not.toContain('unused');
    expect(report.findings.map(({ kind }) => kind)).not.toContain('missing-distribution');
    // Where the index has CUDA builds of torch, what comes along with them goes, too.
    expect(report.lean.ownBytes).toBeLessThanOrEqual(
      report.total.ownBytes - (development?.savedBytes ?? Number.NaN),
    );
    const uvloop = report.distributions.find((one) => one.name === 'uvloop');
    expect(uvloop).toMatchObject({
      path: ['uvicorn[standard]', 'uvloop'],
      requestedAt: expect.stringMatching(/^requirements\.txt:\d+$/),
    });
    // Its files are split already: it is the Dockerfile that installs the wrong one.
    expect(report.fix).toEqual({ isWritten: false, paths: [] });
    expect(digests(project)).toEqual(before);
  },
);

const inspected = z.object({
  installed: z.array(
    z.object({ metadata: z.object({ name: z.string(), version: z.string() }), requested: z.boolean() }),
  ),
});

test('an environment of real wheels is what pip says it is', async () => {
  const root = scratch();
  const site = join(root, 'usr/local/lib/python3.11/site-packages');
  mkdirSync(site, { recursive: true });
  const pip = (...args: readonly string[]): string =>
    execFileSync('python3', ['-m', 'pip', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...packageIndex() },
    });
  pip('install', '--quiet', '--target', site, 'fastapi', 'uvicorn[standard]', 'httpx', 'black', 'ipython');
  const report = await reportOf(`dir:${root}`, '--no-index');
  const { installed } = inspected.parse(JSON.parse(pip('inspect', '--path', site)));
  const normalise = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-');
  const named = (list: readonly { readonly name: string; readonly version: string }[]): readonly string[] =>
    list.map(({ name, version }) => `${normalise(name)} ${version}`).sort();
  expect(named(report.distributions)).toEqual(named(installed.map(({ metadata }) => metadata)));
  expect(
    report.distributions
      .filter(({ isRequested }) => isRequested)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(
    installed
      .filter(({ requested }) => requested)
      .map(({ metadata }) => normalise(metadata.name))
      .sort(),
  );
  // `pip check` finds nothing broken in what pip has just installed.
  expect(report.findings.map(({ kind }) => kind)).not.toContain('unmet-requirement');
});
