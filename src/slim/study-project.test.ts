import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { writeFileWhole } from '../base/index.ts';
import { readProject } from '../project/index.ts';
import { type ProjectStudy, studyProject } from './index.ts';

const directories: string[] = [];
afterEach(async () => {
  await Promise.all(directories.splice(0).map((path) => rm(path, { recursive: true })));
});

async function studyOf(files: Readonly<Record<string, string>>): Promise<ProjectStudy> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-study-'));
  directories.push(directory);
  for (const [path, text] of Object.entries(files)) await writeFileWhole(join(directory, path), text);
  return studyProject(await readProject(directory, {}));
}

test.each([
  ['/app', 'a common folder'],
  ['/usr/src/app', 'a deep one'],
  ['/service', 'any other'],
  ['/opt/acme/api', 'however it is called'],
])('a project that is copied to %s is known by its own paths: %s', async (folder) => {
  const study = await studyOf({
    Dockerfile: `FROM python:3.11
WORKDIR ${folder}
COPY . .
RUN pip install -r ${folder}/requirements.txt
RUN python ${folder}/jobs/train.py
CMD ["python", "${folder}/src/serve.py"]
`,
    'requirements.txt': 'fastapi\n',
    'jobs/train.py': 'import sklearn\n',
    'src/serve.py': 'import fastapi\n',
    'serve.py': 'import flask\n',
  });
  const paths = (files: ProjectStudy['application']['sources']): string[] => files.map((file) => file.path);
  expect(study.application.entries).toEqual(['src/serve.py']);
  expect(paths(study.application.sources)).toEqual(['src/serve.py']);
  expect(paths(study.application.buildSources)).toEqual(['jobs/train.py']);
  expect(study.sources.files.find((file) => file.path === 'jobs/train.py')?.role).toBe('build');
  expect(study.requirements.map((tree) => tree.files.map((file) => file.path))).toEqual([
    ['requirements.txt'],
  ]);
});

test.each([
  ['python serve.py', 'serve.py', 'beside the Dockerfile'],
  ['python ./serve.py', 'serve.py', 'with a dot'],
  ['python /elsewhere/tool.py', undefined, 'a file that the project does not have'],
])('`CMD %s` starts %s: %s', async (command, expected, _why) => {
  const study = await studyOf({
    Dockerfile: `FROM python:3.11\nCOPY . /app\nCMD ${command}\n`,
    'serve.py': 'import flask\n',
    'src/serve.py': 'import fastapi\n',
  });
  expect(study.application.entries).toEqual(expected === undefined ? [] : [expected]);
});

test.each([
  ['pip install openvino>=2022.3 "numpy>=1" torch', ['openvino>=2022.3'], 'quotes are what is missing'],
  ['pip install -U \\\n  fastapi>0.100 && echo done', ['fastapi>0.100'], 'also in a continued line'],
  ['pip install fastapi >log.txt 2>&1', [], 'a redirection on purpose'],
  ["pip install 'numpy<2' pandas>=2,<3", ['pandas>=2,'], 'the first comparison is enough'],
])('%j is a redirection: %j, because %s', async (run, requirements, _why) => {
  const study = await studyOf({ Dockerfile: `FROM python:3.11\nRUN ${run}\n` });
  const told = study.problems.filter(({ because }) => because.includes('redirection'));
  expect(told.map(({ because }) => /`([^`]+)`/.exec(because)?.[1])).toEqual(requirements);
  expect(told.every(({ what }) => what === 'Dockerfile:2')).toBe(true);
});

test('requirements are those of the image, not those of a stage for tests', async () => {
  const study = await studyOf({
    Dockerfile: `FROM python:3.11 AS build
COPY . .
RUN pip install -r requirements.txt
FROM build AS test
RUN pip install -r requirements-test.txt && pip install tox
FROM build
CMD ["python", "serve.py"]
`,
    'requirements.txt': 'fastapi\n',
    'requirements-test.txt': 'pytest\n',
    'serve.py': 'import fastapi\n',
  });
  expect(study.requirements.map((tree) => tree.files.map((file) => file.path))).toEqual([
    ['requirements.txt'],
  ]);
  expect(study.inlineRequirements).toEqual([]);
});

test('a list that is no JSON is said: BuildKit hands its text to a shell', async () => {
  const study = await studyOf({ Dockerfile: "FROM python:3.11\nCMD ['python', 'app.py']\n" });
  expect(study.problems).toEqual([
    {
      what: 'Dockerfile:2',
      because:
        'CMD stays as it is: this list is no JSON, so a shell gets its text: write straight double quotes',
    },
  ]);
});
