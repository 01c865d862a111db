import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeFileWhole } from '../base/index.ts';
import { readProject } from '../project/index.ts';
import { type InstalledDistribution, parseNamedRequirement } from '../python/index.ts';
import {
  distributionFacts,
  makePlan,
  type Plan,
  proposeCiCache,
  requestedDistributions,
  rewriteFacts,
  studyProject,
  type TargetDecision,
} from './index.ts';

type Given = Readonly<Record<string, Partial<InstalledDistribution>>>;

const given: Given = {
  pandas: { sizeBytes: 60e6, requires: ['numpy'] },
  numpy: { sizeBytes: 50e6 },
  flask: { requires: ['click'], entryPoints: { console_scripts: ['flask'] } },
  click: {},
};

function installed(more: Given): InstalledDistribution[] {
  return Object.entries({ ...given, ...more }).map(([name, one]) => ({
    ...{ name, version: '1', location: 'usr/local/lib/python3.11/site-packages', files: [], sizeBytes: 1e6 },
    ...{ bytesByClass: {}, requires: [], requirements: [], entryPoints: {}, modules: [name] },
    ...{ isEditable: false, ...one },
  }));
}

/** The plan for a project with a training step, with what its fat image has, or without one. */
async function planFor(train: string, more: Given | undefined, requirements: string): Promise<Plan> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-alone-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const text =
    'FROM python:3.11-bookworm\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nRUN python train.py\nCMD ["python", "app.py"]\n';
  const files = {
    Dockerfile: text,
    'requirements.txt': requirements,
    'app.py': 'import flask\n',
    'train.py': train,
    'helper.py': 'import numpy\n',
  };
  for (const [path, content] of Object.entries(files)) await writeFileWhole(join(directory, path), content);
  const project = await readProject(directory, {});
  const study = await studyProject(project);
  const target: TargetDecision = { device: 'cpu', source: 'given', evidence: [] };
  return makePlan(
    {
      dockerfile: { path: 'Dockerfile', text, target: undefined, buildArgs: {} },
      facts: rewriteFacts({
        ...{ project, study, target, hasCacheMounts: false, suite: 'bookworm' },
        foundMissing: new Map(),
      }),
      requirements: study.requirements,
      distributions: distributionFacts({ project, study, target }),
      imageEvidence: more && {
        libraries: [],
        distributions: installed(more),
        requested: requestedDistributions(study),
        touchedFiles: [],
      },
      ignore: undefined,
      compose: { asBuilt: undefined, withoutModels: undefined },
      ciCache: proposeCiCache(project),
      pruneScript: { path: 'docker/prune.py', content: '', previous: undefined },
      predictedBytes: () => undefined,
      leftAlone: [],
    },
    new Set(),
  );
}

/** Why the training step is moved in front of the source. */
async function reasonFor(train: string, more: Given, requirements: string): Promise<string | undefined> {
  const { edits } = await planFor(train, more, requirements);
  return edits.find(({ id }) => id === 'step-inputs')?.reason;
}

function requirement(text: string): InstalledDistribution['requirements'][number] {
  const parsed = parseNamedRequirement(text);
  if ('name' in parsed) return parsed;
  throw new Error(`no name in ${text}`);
}

const train = 'import pandas\nimport helper\n';

test.each<[string, string, Given, string?]>([
  ['it and what it imports need nothing else', train, {}],
  ['its modules are of the standard library', 'import json\nimport sqlite3\n', {}],
  [
    'only who works on a heavy one needs more',
    train,
    { pandas: { ...given['pandas'], requirements: [requirement('click; extra == "dev"')] } },
  ],
  [
    'what is installed later has plugins for what is installed later',
    train,
    { flask: { requires: ['click'], entryPoints: { 'flask.commands': ['x'], pytest11: ['y'] } } },
  ],
  [
    'only development brings what a heavy one would use',
    train,
    { pandas: { ...given['pandas'], requirements: [requirement('jinja2; extra == "output"')] }, jinja2: {} },
  ],
])('one more requirement does not run it again: %s', async (_why, text, more) => {
  expect(await reasonFor(text, more, 'pandas\nflask\n')).toContain('and neither does one more requirement');
});

test.each<[because: string, train: string, more: Given, requirements?: string]>([
  ['it imports flask, which is installed later', 'import pandas\nimport flask\n', {}],
  ['it imports click, which is installed later', 'def f():\n    import click\n', {}],
  ['no distribution that is known brings xgboost', 'import xgboost\n', {}],
  [
    'it imports google, which is installed later',
    'import google.cloud.x\n',
    { numpy: { sizeBytes: 50e6, modules: ['numpy', 'google'] }, click: { modules: ['click', 'google'] } },
  ],
  [
    'pandas uses click where it is installed',
    train,
    { pandas: { ...given['pandas'], requirements: [requirement('click; extra == "performance"')] } },
  ],
  [
    'click adds to the package google',
    train,
    { numpy: { sizeBytes: 50e6, modules: ['numpy', 'google'] }, click: { modules: ['click', 'google'] } },
  ],
  [
    'click runs code at every start of Python',
    train,
    { click: { files: ['usr/local/lib/python3.11/site-packages/click-hook.pth'] } },
  ],
  [
    'click registers plugins (pandas_plotting_backends)',
    train,
    { click: { entryPoints: { pandas_plotting_backends: ['click'] } } },
  ],
  ['click registers plugins (array_api)', train, { click: { entryPoints: { array_api: ['click'] } } }],
  ['the requirements install setuptools anew', train, {}, 'pandas\nflask\nsetuptools>=70\n'],
])('one more requirement runs it again, because %s', async (because, text, more, requirements) => {
  const reason = await reasonFor(text, more, requirements ?? 'pandas\nflask\n');
  expect(reason).toContain(`one more requirement does, because ${because}`);
});

test.each([
  [
    'only the layers of the fat image, which was not built, show that no step changes files of the source',
    train,
  ],
  ['train.py lists what is in a folder', 'import os\nos.listdir("data")\n'],
])('without a fat image it stays behind the source, because %s', async (because, text) => {
  const { edits, leftAlone } = await planFor(text, undefined, 'pandas\nflask\n');
  expect(edits.map(({ id }) => id)).not.toContain('step-inputs');
  expect(leftAlone.map((one) => one.because)).toContain(
    `Dockerfile:5: \`RUN python train.py\` runs after each change of the code: ${because}`,
  );
});
