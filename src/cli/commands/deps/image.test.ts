import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { buildImage, type ImageParts, writeDockerArchive } from '../../../image/index.ts';
import { dependencyGraph, linuxEnvironment, parseRequirementTexts } from '../../../python/index.ts';
import {
  deps,
  depsWith,
  type Files,
  findingsOf,
  hasPip,
  reportOf,
  scratch,
  serviceWheels,
  wheelsOf,
} from './fixtures/run-deps.ts';

const site = 'opt/venv/lib/python3.11/site-packages';

/** A distribution as pip leaves it, asked for by name or not. */
function installed(
  name: string,
  requires: readonly string[] = [],
  more: Files & { readonly isAsked?: never } = {},
  isAsked = false,
): Files {
  const info = `${name}-1.0.dist-info`;
  const files: Record<string, string> = {
    [`${name}/__init__.py`]: 'x = 1\n',
    [`${info}/METADATA`]: [
      'Metadata-Version: 2.1',
      `Name: ${name}`,
      'Version: 1.0',
      ...requires.map((one) => `Requires-Dist: ${one}`),
      '',
    ].join('\n'),
    ...more,
    ...(isAsked && { [`${info}/REQUESTED`]: '' }),
  };
  files[`${info}/RECORD`] =
    `${[...Object.keys(files), `${info}/RECORD`].map((path) => `${path},,`).join('\n')}\n`;
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${site}/${path}`, text]));
}

async function archiveOf(files: Files, config: ImageParts['config'] = {}): Promise<string> {
  const members = Object.entries(files).map(([path, content]) => ({
    path,
    type: 'file' as const,
    content: Buffer.from(content),
  }));
  const image = await buildImage({ layers: [members], config });
  const path = join(scratch(), 'image.tar');
  await writeDockerArchive(image, path, { tags: ['app:1'] });
  return `docker-archive:${path}`;
}

const environment: Files = {
  'opt/venv/pyvenv.cfg': 'home = /usr/local/bin\n',
  ...installed('fastapi', ['starlette'], {}, true),
  ...installed('starlette'),
  ...installed(
    'uvicorn',
    ['click', 'uvloop; extra == "standard"'],
    {
      'uvicorn-1.0.dist-info/entry_points.txt': '[console_scripts]\nuvicorn = uvicorn:main\n',
    },
    true,
  ),
  ...installed('click'),
  ...installed('uvloop'),
  ...installed('pytest', ['pluggy'], { 'pytest/_vendor/other.dist-info/REQUESTED': '' }, true),
  ...installed('pluggy'),
  ...installed('leftover', [], {}, true),
};
const application: Files = {
  'app/main.py': 'from fastapi import FastAPI\nimport requests\n',
  'app/tests/test_main.py': 'import pytest\n',
};
const config = { workingDir: '/app', cmd: ['uvicorn', 'main:app'], env: ['PATH=/opt/venv/bin:/usr/bin'] };

describe('an image', () => {
  test('its environment, the uses of its own files, and what its command starts', async () => {
    const image = await archiveOf({ ...environment, ...application }, config);
    const report = await reportOf(scratch(), image, '--no-index');
    expect(report.code).toBe(1);
    expect(report.subject).toMatchObject({ kind: 'image', pythonVersion: '3.11' });
    expect(findingsOf(report)).toEqual([
      'missing-distribution: requests',
      'development: pytest',
      'unused: leftover',
    ]);
    const row = (name: string) => report.distributions.find((one) => one.name === name);
    expect(row('uvicorn')).toMatchObject({ use: 'used', evidence: ["the image's command starts uvicorn"] });
    expect(row('fastapi')?.evidence).toEqual(['main.py:1 imports fastapi']);
    // Nobody tells of the extra, but all that it brings is there.
    expect(row('uvloop')).toMatchObject({ use: 'required', path: ['uvicorn[standard]', 'uvloop'] });
    expect(report.minimal.map(({ text }) => text)).toEqual(['fastapi==1.0', 'uvicorn[standard]==1.0']);
    expect(report.yankedUnknown).toHaveLength(8);
  });

  test('what its history installed by a file that still lies there is asked for by that file', async () => {
    const history = [
      { createdBy: 'RUN /bin/sh -c pip install -r requirements-all.txt # buildkit', isEmptyLayer: false },
    ];
    const image = await archiveOf(
      {
        ...environment,
        ...application,
        'app/requirements-all.txt': 'fastapi\nuvicorn[standard]\npytest\nleftover\n',
      },
      { ...config, history },
    );
    const { distributions } = await reportOf(scratch(), image, '--no-index');
    expect(distributions.find(({ name }) => name === 'pluggy')).toMatchObject({
      path: ['pytest', 'pluggy'],
      requestedAt: 'requirements-all.txt:3',
    });
  });

  test('what the code of another distribution imports without requiring it is not called unused', async () => {
    const user = (text: string): Files => installed('user', [], { 'user/inner.py': text }, true);
    const use = (text: string): Promise<string> =>
      archiveOf({ ...environment, ...application, ...user(text), 'app/more.py': 'import user\n' }, config);
    const found = await reportOf(scratch(), await use('def f():\n    import os, leftover\n'), '--no-index');
    expect(found.distributions.find(({ name }) => name === 'leftover')).toMatchObject({
      use: 'doubtful',
      evidence: [expect.anything(), 'user imports it without requiring it'],
    });
    const none = await reportOf(scratch(), await use('import leftovers\n# leftover\n'), '--no-index');
    expect(none.findings.find(({ kind }) => kind === 'unused')?.evidence).toContain(
      'no code of another distribution imports it',
    );
  });

  test('an index that pip is set to tells what was yanked', async () => {
    const index = scratch();
    for (const [name, attributes] of [
      ['click', 'data-yanked="broken"'],
      ['fastapi', ''],
    ] as const) {
      mkdirSync(join(index, name));
      writeFileSync(join(index, name, 'index.html'), `<a href="${name}-1.0.tar.gz" ${attributes}>x</a>`);
    }
    const variables = { PIP_NO_INDEX: '0', PIP_INDEX_URL: pathToFileURL(index).href };
    const image = await archiveOf({ ...environment, ...application }, config);
    const { stdout } = await depsWith({ ...variables, PLIMSOLL_CACHE_DIR: scratch() }, scratch(), image);
    expect(stdout).toMatch(
      /^warning +click 1\.0 was yanked: its maker took the release back\n +the reason given: broken$/m,
    );
    expect(stdout).toMatch(/^no package index told whether 6 releases of 8 were yanked$/m);
  });

  test('without code of an application nothing is called unused', async () => {
    const report = await reportOf(scratch(), await archiveOf(environment), '--no-index');
    expect(findingsOf(report)).toEqual(['development: pytest']);
    expect(report.distributions.find(({ name }) => name === 'leftover')).toMatchObject({ use: 'unknown' });
  });

  test('the other Python of the system is named, not mixed in', async () => {
    const system = Object.fromEntries(
      Object.entries(installed('six', [], { 'six/big.py': 'x'.repeat(2_000_000) })).map(([path, text]) => [
        path.replace(site, 'usr/lib/python3/dist-packages'),
        text,
      ]),
    );
    const heavy = installed('torch', [], { 'torch/big.so': 'x'.repeat(3_000_000) });
    const report = await reportOf(
      scratch(),
      await archiveOf({ ...environment, ...heavy, ...system }),
      '--no-index',
    );
    expect(report.distributions.map(({ name }) => name)).not.toContain('six');
    expect(report.warnings.join()).toMatch(/^\/usr is a Python environment of its own with 1 distributions/);
  });

  test('no Python at all', async () => {
    const { code, stderr } = await deps(scratch(), await archiveOf({ 'etc/hosts': '' }), '--no-index');
    expect(code).toBe(2);
    expect(stderr).toMatch(/error: .* holds no Python distributions\nhint: plimsoll audit/);
  });
});

const inspected = z.object({
  installed: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        version: z.string(),
        requires_dist: z.array(z.string()).default([]),
      }),
      requested: z.boolean(),
    }),
  ),
});

describe.skipIf(!hasPip)('an environment that pip has made', () => {
  const listing = `
import importlib.metadata, json, sys
from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name
found = {}
for one in importlib.metadata.distributions(path=[sys.argv[1]]):
    needs = [Requirement(text) for text in one.requires or []]
    active = [need for need in needs if need.marker is None or need.marker.evaluate({**json.loads(sys.argv[2]), "extra": ""})]
    found[canonicalize_name(one.metadata["Name"])] = sorted({canonicalize_name(need.name) for need in active})
print(json.dumps(found))`;

  test('is read as `pip inspect` and importlib.metadata read it: names, versions, requirements, and who was asked for', async () => {
    const root = scratch();
    const target = join(root, 'usr/local/lib/python3.11/site-packages');
    mkdirSync(target, { recursive: true });
    const wheels = wheelsOf(serviceWheels);
    const pip = (...args: readonly string[]): string =>
      execFileSync('python3', ['-m', 'pip', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    pip(
      'install',
      '--quiet',
      '--no-index',
      '--find-links',
      wheels,
      '--target',
      target,
      'fastapi[all]',
      'pytest',
      'left-over',
    );
    const report = await reportOf(scratch(), `dir:${root}`, '--no-index');
    const { installed: all } = inspected.parse(JSON.parse(pip('inspect', '--path', target)));
    expect(report.distributions.map(({ name, version }) => `${name} ${version}`).sort()).toEqual(
      all.map(({ metadata }) => `${metadata.name} ${metadata.version}`).sort(),
    );
    expect(
      report.distributions
        .filter(({ isRequested }) => isRequested)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(
      all
        .filter(({ requested }) => requested)
        .map(({ metadata }) => metadata.name)
        .sort(),
    );
    const marker = linuxEnvironment('3.11');
    const graph = dependencyGraph({
      distributions: all.map(({ metadata }) => ({
        ...metadata,
        requirements: parseRequirementTexts(metadata.requires_dist),
      })),
      requested: [],
      environment: marker,
    });
    const edges = Object.fromEntries([...graph.nodes.values()].map(({ name, to }) => [name, to]));
    expect(edges).toEqual(
      JSON.parse(
        execFileSync('python3', ['-c', listing, target, JSON.stringify(marker)], { encoding: 'utf8' }),
      ),
    );
    expect(graph.unmet).toEqual([]);
  });
});
