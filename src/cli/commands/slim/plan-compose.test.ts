import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { writeFileWhole } from '../../../base/index.ts';
import { readProject } from '../../../project/index.ts';
import { type ComposePlan, studyProject } from '../../../slim/index.ts';
import { planCompose } from './plan-compose.ts';

async function plan(
  files: Readonly<Record<string, string>>,
  hasCachedModels?: boolean,
): Promise<ComposePlan | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-plan-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [path, text] of Object.entries(files)) await writeFileWhole(join(directory, path), text);
  const project = await readProject(directory);
  const study = await studyProject(project);
  const options = { target: 'auto', platform: undefined, health: undefined, ports: [] } as const;
  return planCompose({ project, study, options }, hasCachedModels);
}

const api = {
  Dockerfile: 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "app:app"]\n',
  'app.py': 'from transformers import pipeline\n',
};

test('a new file, and what its words say', async () => {
  const made = await plan(api);
  expect(made).toMatchObject({
    path: 'compose.yaml',
    previous: undefined,
    title: 'Compose file with platform, port, model cache and health check',
    reason: 'so that the image runs the same way everywhere, and models outlive the container',
    leftAlone: [],
  });
  expect(parse(made?.content ?? '').services.app).toMatchObject({ ports: ['8000:8000'] });
});

test('the built image knows better whether it holds models', async () => {
  const baked = { ...api, Dockerfile: api.Dockerfile.replace('COPY', 'RUN hf download bert\nCOPY') };
  expect((await plan(baked, false))?.content).toContain('model-cache');
  const held = await plan(api, true);
  expect(held?.content).not.toContain('model-cache');
  expect(held?.leftAlone).toEqual([
    {
      what: 'Keep downloaded models in a volume (compose file)',
      because: 'the image holds downloaded models, which a volume would hide',
    },
  ]);
});

test('a job without port and models gets no file, and a file that builds something else stays', async () => {
  const job = { Dockerfile: 'FROM python:3.12\nCMD ["python", "job.py"]\n', 'job.py': '' };
  expect(await plan(job)).toBeUndefined();
  expect(await plan({ ...api, 'compose.yaml': 'services: {db: {image: postgres}}\n' })).toBeUndefined();
});

test('every service of the Dockerfile is judged by its own command', async () => {
  const text = 'services:\n  api: {build: .}\n  worker: {build: ., command: celery -A tasks worker}\n';
  const made = await plan({ ...api, 'tasks.py': 'import celery\n', 'compose.yaml': text });
  const { api: served, worker } = parse(made?.content ?? '').services;
  expect([Object.keys(served), Object.keys(worker)]).toEqual([
    ['build', 'platform', 'environment', 'volumes', 'healthcheck'],
    ['build', 'command', 'platform'],
  ]);
});

test('a service that an included file has is changed there', async () => {
  const made = await plan({
    ...api,
    'compose.yaml': 'include: [deploy/api.yaml]\nservices: {db: {image: postgres}}\n',
    'deploy/api.yaml': 'services:\n  api: {build: ..}\n',
  });
  expect([made?.path, made?.content]).toEqual([
    'deploy/api.yaml',
    expect.stringMatching(/^services:\n {2}api: \{build: \.\., platform: linux\/amd64/),
  ]);
});
