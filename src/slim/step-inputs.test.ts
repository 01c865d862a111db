import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeFileWhole } from '../base/index.ts';
import type { StepInputs } from '../dockerfile/index.ts';
import { indexImage } from '../filetree/index.ts';
import { buildImage } from '../image/index.ts';
import { type Project, readProject } from '../project/index.ts';
import type { TarMember } from '../tar/index.ts';
import { rewriteFacts, studyProject, touchedFiles } from './index.ts';

type Files = Readonly<Record<string, string>>;

const dockerfile =
  'FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN python train.py\nCMD ["python", "-m", "app.main"]\n';
const around: Files = {
  Dockerfile: dockerfile,
  'app/__init__.py': '',
  'app/main.py': 'import flask\n',
  'app/features.py': 'NUMERIC = ["age"]\n',
  'data/customers.csv': 'age\n1\n',
};

async function projectOf(files: Files): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-step-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [path, content] of Object.entries({ ...around, ...files }))
    await writeFileWhole(join(directory, path), content);
  return await readProject(directory, {});
}

async function inputsOf(train: string, more: Files = {}): Promise<StepInputs | undefined> {
  return (await stepsOf(await projectOf({ 'train.py': train, ...more })))?.get('train.py');
}

async function stepsOf(project: Project): Promise<ReadonlyMap<string, StepInputs> | undefined> {
  const facts = rewriteFacts({
    ...{ project, study: await studyProject(project), hasCacheMounts: true, suite: 'bookworm' },
    target: { device: 'cpu', source: 'given', evidence: [] },
    foundMissing: new Map(),
  });
  return facts.stepInputs;
}

const reading = 'import pandas as pd\nfrom app.features import NUMERIC\n';

test.each<[string, string, Files, readonly string[]]>([
  [
    'what it imports and what it names',
    `${reading}pd.read_csv("data/customers.csv")\n`,
    {},
    ['app/__init__.py', 'app/features.py', 'data/customers.csv', 'train.py'],
  ],
  [
    'the folder, where it names folder and file apart',
    `${reading}HERE = Path(__file__).parent\npd.read_csv(HERE / "data" / "customers.csv")\n`,
    {},
    ['app/__init__.py', 'app/features.py', 'data', 'train.py'],
  ],
  ['nothing by a method of that name', 'import torch\ntorch.nn.Linear(1, 1).eval()\n', {}, ['train.py']],
  ['nothing but itself', 'import pandas\nprint(pandas)\n', {}, ['train.py']],
  [
    'what a module that it imports names, beside that module',
    'import app.features\n',
    { 'app/features.py': 'WORDS = open("words.txt")\n', 'app/words.txt': '' },
    ['app/__init__.py', 'app/features.py', 'app/words.txt', 'train.py'],
  ],
  [
    'what the package imports when it is imported',
    'from app.features import NUMERIC\n',
    { 'app/__init__.py': 'from .main import flask\n' },
    ['app/__init__.py', 'app/features.py', 'app/main.py', 'train.py'],
  ],
  [
    'the folder of what it names in part',
    `for (year) in (1, 2): open(f"data/{year}.csv")\n`,
    {},
    ['data', 'train.py'],
  ],
  [
    'what a variable of the Dockerfile names',
    'import os\nopen(os.environ["TABLE"])\n',
    { Dockerfile: dockerfile.replace('COPY', 'ENV TABLE=data/customers.csv\nCOPY') },
    ['data/customers.csv', 'train.py'],
  ],
  [
    'what its command names',
    'import sys\nopen(sys.argv[2])\n',
    {
      Dockerfile: dockerfile
        .replace('train.py', 'train.py --table=data/customers.csv model.bin')
        .replace('CMD', 'RUN ls app/main.py\nCMD'),
    },
    ['data/customers.csv', 'train.py'],
  ],
  [
    'what it is only about to write is not there',
    'open("models/model.bin", "wb").write(b"")\n',
    {},
    ['train.py'],
  ],
])('it reads %s', async (_what, train, more, paths) => {
  expect(await inputsOf(train, more)).toMatchObject({ paths, because: undefined });
});

test('started as a module, it reads the packages that it lies in', async () => {
  const project = await projectOf({
    Dockerfile: dockerfile.replace('train.py', '-m app.jobs.train'),
    'app/jobs/__init__.py': 'import app.features\n',
    'app/jobs/train.py': 'import pandas\n',
  });
  expect((await stepsOf(project))?.get('app/jobs/train.py')).toMatchObject({
    paths: ['app/__init__.py', 'app/features.py', 'app/jobs/__init__.py', 'app/jobs/train.py'],
    modules: ['pandas'],
    because: undefined,
  });
});

test.each<[string, string, Files]>([
  ['train.py lists what is in a folder', 'import os\nos.listdir("data")\n', {}],
  ['train.py lists what is in a folder', 'from pathlib import Path\nPath("data").rglob("*.csv")\n', {}],
  ['train.py asks whether something is there', 'import os\nif os.path.exists("data/more.csv"): pass\n', {}],
  [
    'train.py goes on when something is missing',
    'try:\n    open("settings.txt")\nexcept (ValueError, OSError):\n    pass\n',
    {},
  ],
  ['train.py goes on when something is missing', 'try:\n    open("settings.txt")\nexcept:\n    pass\n', {}],
  ['train.py may load code by a computed name', 'import importlib\nimportlib.import_module(name)\n', {}],
  ['train.py may load code by a computed name', 'exec(open("data/customers.csv").read())\n', {}],
  ['train.py:2 starts another program', 'import subprocess\nsubprocess.run(["git", "log"])\n', {}],
  ['train.py may read something else where a file is missing', 'from configparser import ConfigParser\n', {}],
  ['train.py imports what reads files of the working directory by itself', 'from hydra import main\n', {}],
  ['train.py could not be read whole', 'def (:\n', {}],
  [
    'app/features.py lists what is in a folder',
    'from app.features import NUMERIC\n',
    { 'app/features.py': 'import glob\nNUMERIC = glob.glob("*.csv")\n' },
  ],
  ['train.py names customers.csv, whose folder it computes', 'open(folder + "customers.csv")\n', {}],
  [
    'train.py names base, whose folder it computes',
    'AutoModel.from_pretrained(folder / "base")\n',
    { 'models/base/config.json': '{}' },
  ],
  [
    'the name of data/my customers.csv would have to be quoted',
    'open("data/my customers.csv")\n',
    { 'data/my customers.csv': '' },
  ],
])('in doubt, because %s', async (because, train, more) => {
  expect((await inputsOf(train, more))?.because).toBe(because);
});

test.each<[string, Readonly<Record<string, string>> | undefined, readonly string[]]>([
  ['writes beside the source', { 'app/models/model.bin': 'x', 'app/app/__pycache__/x.pyc': 'x' }, []],
  ['writes over the source', { 'app/data/customers.csv': 'age\n2\n' }, ['data/customers.csv']],
  ['removes what the source brought', { 'app/data/.wh.customers.csv': '' }, ['data/customers.csv']],
])('a step that %s', async (_what, written, touched) => {
  const project = await projectOf({ 'train.py': '' });
  const members = (files: Files): TarMember[] =>
    Object.entries(files).map(([path, content]) => ({ path, content }));
  const source = members(
    Object.fromEntries(project.context.files.map(({ path }) => [`app/${path}`, around[path] ?? ''])),
  );
  const image = await buildImage({
    layers: [members({ 'etc/os-release': '' }), source, members(written ?? {})],
  });
  const { root } = await indexImage(image, {});
  expect(touchedFiles(project, root)).toEqual(touched);
});
