import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeFileWhole } from '../../base/index.ts';
import { readProject } from '../../project/index.ts';
import { studyProject } from '../../slim/index.ts';
import { findService } from './find-service.ts';
import type { ServiceFacts } from './service-facts.ts';

async function facts(files: Readonly<Record<string, string>>): Promise<ServiceFacts> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-service-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [path, text] of Object.entries(files)) await writeFileWhole(join(directory, path), text);
  const project = await readProject(directory);
  return findService(project, await studyProject(project), { probes: [], ports: [], health: undefined });
}

const gradio = 'import gradio as gr\n\ngr.Interface(f).launch()\n';
const streamlit = 'import streamlit as st\n';

test.each<[string, Readonly<Record<string, string>>, readonly number[], string | undefined]>([
  [
    'Streamlit',
    { Dockerfile: 'CMD ["streamlit", "run", "app.py"]', 'app.py': streamlit },
    [8501],
    '/_stcore/health',
  ],
  [
    'Streamlit, whatever is exposed',
    { Dockerfile: 'EXPOSE 80\nCMD streamlit run app.py', 'app.py': streamlit },
    [8501, 80],
    '/_stcore/health',
  ],
  [
    'Streamlit with an option',
    { Dockerfile: 'CMD streamlit run app.py --server.port=8080', 'app.py': streamlit },
    [8080, 8501],
    '/_stcore/health',
  ],
  [
    'Streamlit with a variable',
    { Dockerfile: 'ENV STREAMLIT_SERVER_PORT=80\nCMD streamlit run app.py', 'app.py': streamlit },
    [80, 8501],
    '/_stcore/health',
  ],
  ['Gradio', { Dockerfile: 'CMD ["python", "app.py"]', 'app.py': gradio }, [7860], '/'],
  [
    'Gradio with an argument',
    {
      Dockerfile: 'CMD ["python", "app.py"]',
      'app.py': gradio.replace('launch()', 'launch(server_port=7000)'),
    },
    [7000],
    '/',
  ],
  [
    'Gradio with a variable',
    { Dockerfile: 'ENV GRADIO_SERVER_PORT=7001\nCMD ["python", "app.py"]', 'app.py': gradio },
    [7001],
    '/',
  ],
  [
    'gunicorn with a file of settings',
    { Dockerfile: 'CMD gunicorn app:app', 'app.py': '', 'gunicorn.conf.py': 'bind = "0.0.0.0:9000"\n' },
    [9000, 8000],
    undefined,
  ],
  [
    'a script',
    { Dockerfile: 'CMD ["./run.sh"]', 'run.sh': '#!/bin/sh\nexec uvicorn app:app\n', 'app.py': '' },
    [8000],
    undefined,
  ],
])('%s', async (_, { Dockerfile = '', ...files }, ports, healthPath) => {
  const found = await facts({ Dockerfile: `FROM python:3.12\nCOPY . .\n${Dockerfile}\n`, ...files });
  expect([found.ports, found.healthPath]).toEqual([ports, healthPath]);
});
