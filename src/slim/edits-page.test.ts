import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  noFacts,
  type RewriteFacts,
  type RewriteId,
  rewriteDockerfile,
  rewrites,
} from '../dockerfile/index.ts';
import { editIds } from './index.ts';

const page = readFileSync(new URL('../../docs/edits.md', import.meta.url), 'utf8');
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text] as const),
);
const fixture = readFileSync(
  new URL('../dockerfile/rewrites/fixtures/naive-torch.Dockerfile', import.meta.url),
  'utf8',
);

const facts: RewriteFacts = {
  ...noFacts,
  requirementClosure: new Map([
    ['requirements-dev.txt', ['requirements-dev.txt', 'requirements.txt']],
    ['requirements.txt', ['requirements.txt']],
  ]),
  productionRequirements: new Map([['requirements-dev.txt', 'requirements.txt']]),
  cpuWheels: { requirements: ['torch>=2.2'], evidence: 'nothing in the project uses a GPU' },
  classifyPackage: (name) => ({ purpose: name === 'curl' ? 'convenience' : 'build', runtimePackages: [] }),
  packageOfCommand: (command) => (command === 'curl' ? 'curl' : undefined),
  runtimeLibraries: [{ packageName: 'libgomp1', because: 'lightgbm loads a shared library of it' }],
  importStatements: ['import pandas', 'from fastapi import FastAPI'],
  contextManifests: new Map([
    ['pyproject.toml', '[project]\nname = "svc"\ndependencies = ["fastapi"]\n'],
    ['uv.lock', ''],
    ['environment.yml', 'name: geo\ndependencies:\n  - python=3.11\n  - gdal\n'],
  ]),
  editablePackages: new Map([['.', { roots: ['svc'], because: undefined }]]),
  isIgnored: (path) => !path.startsWith('app/') && !/^(data|train)\b/.test(path),
  cuda: {
    device: 'gpu',
    broughtBy: 'torch',
    systemUsers: [],
    compiledAtBuild: [],
    compilingAtRunTime: [],
  },
  smaller: {
    requirement: (text) => (text === 'opencv-python' ? 'opencv-python-headless' : undefined),
    nameOf: () => undefined,
    systemPackages: new Set(['libgl1']),
    runtimeLibraries: [],
    leftAlone: [],
  },
  stepInputs: new Map([
    [
      'train.py',
      {
        paths: ['app/__init__.py', 'app/features.py', 'data/customers.csv', 'train.py'],
        because: undefined,
        heavyAlone: { because: undefined },
      },
    ],
  ]),
  heavy: {
    requirements: ['torch>=2.2', 'transformers>=4.40', 'pandas>=2.1'],
    options: [],
    because: undefined,
    evidence: 'torch, transformers and pandas are large',
    importStatements: [],
  },
  installerNeeds: { pip: undefined, modules: [] },
  rootNeeds: { ports: [8000], reasons: [], volumePaths: [] },
};

/** One that installs with uv, its source first. */
const uvProject = `FROM python:3.12
COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev
CMD ["uv", "run", "uvicorn", "app:app"]
`;

/** Examples of their own: for the tools, a Dockerfile with them; then, packages copied without an environment; for the second, a source that the split would put in its place. */
const otherExamples: Partial<
  Record<RewriteId, { readonly text: string; readonly without: readonly RewriteId[] }>
> = {
  'apt-steps': {
    text: `FROM python:3.11-slim
RUN apt-get update
RUN apt-get install -y libgl1
CMD ["python", "app.py"]
`,
    without: ['headless-opencv', 'no-recommends', 'runtime-libraries', 'runtime-packages'],
  },
  'conda-clean': {
    text: `FROM mambaorg/micromamba:1.5.10
COPY --chown=$MAMBA_USER:$MAMBA_USER environment.yml /tmp/environment.yml
RUN micromamba install -y -n base -f /tmp/environment.yml
CMD ["python", "app.py"]
`,
    without: [],
  },
  'conda-stages': {
    text: `FROM continuumio/miniconda3:24.5.0-0
WORKDIR /app
COPY environment.yml .
RUN conda env create -f environment.yml
COPY . .
ENTRYPOINT ["conda", "run", "--no-capture-output", "-n", "geo", "gunicorn", "geo:app"]
`,
    without: [],
  },
  'tool-environment': {
    text: `FROM python:3.12
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN pip install poetry && poetry config virtualenvs.create false && poetry install --no-root
COPY . .
CMD ["python", "app.py"]
`,
    without: [],
  },
  'start-command': { text: uvProject, without: [] },
  'tool-layer-order': { text: uvProject, without: [] },
  'tool-stages': { text: uvProject, without: [] },
  'headless-opencv': {
    text: `FROM python:3.12-slim
RUN apt-get update && apt-get install -y ffmpeg libgl1
RUN pip install opencv-python
COPY . .
CMD ["python", "app.py"]
`,
    without: ['cpu-wheels'],
  },
  'cuda-base': {
    text: `FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04
RUN apt-get update && apt-get install -y python3-pip
RUN pip3 install torch
COPY . .
CMD ["python3", "app.py"]
`,
    without: ['split-stages'],
  },
  'wheel-mounts': {
    text: `FROM python:3.11 AS builder
COPY requirements.txt .
RUN pip wheel --wheel-dir /wheels -r requirements.txt

FROM python:3.11-slim
WORKDIR /app
COPY --from=builder /wheels /wheels
RUN pip install --no-cache-dir /wheels/* && rm -rf /wheels
COPY . .
CMD ["python", "app.py"]
`,
    without: ['cpu-wheels', 'cache-mounts'],
  },
  'virtual-environment': {
    text: `FROM python:3.11 AS builder
COPY requirements.txt .
RUN pip install --user --no-cache-dir -r requirements.txt

FROM python:3.11-slim
WORKDIR /app
COPY --from=builder /root/.local /root/.local
ENV PATH=/root/.local/bin:$PATH
COPY . .
CMD ["python", "app.py"]
`,
    without: ['cpu-wheels'],
  },
  'package-layer-order': {
    text: `FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN pip install .
CMD ["svc"]
`,
    without: ['split-stages', 'cpu-wheels'],
  },
  'regular-install': {
    text: `FROM python:3.12
WORKDIR /app
COPY . .
RUN pip install -e .
CMD ["svc"]
`,
    without: ['cpu-wheels'],
  },
  'layer-order': {
    text: `FROM python:3.11
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
`,
    without: ['split-stages', 'cpu-wheels'],
  },
  'base-platform': {
    text: 'FROM --platform=linux/amd64 python:3.11-slim\nCMD ["python"]\n',
    without: [],
  },
  'step-inputs': {
    text: `FROM python:3.11 AS builder
RUN python -m venv /opt/venv
COPY requirements.txt ./
RUN /opt/venv/bin/pip install -r requirements.txt

FROM python:3.11-slim
WORKDIR /app
COPY --from=builder /opt/venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY . .
RUN python train.py
CMD ["python", "app.py"]
`,
    without: [],
  },
  'copy-owner': {
    text: `FROM python:3.11-slim
WORKDIR /app
COPY . .
RUN useradd --create-home app && chown -R app:app /app
USER app
`,
    without: [],
  },
  'model-volume': {
    text: `FROM python:3.11-slim
RUN huggingface-cli download sentence-transformers/all-MiniLM-L6-v2
CMD ["python", "app.py"]
`,
    without: [],
  },
  'non-root-user': {
    text: `FROM python:3.11-slim
WORKDIR /app
COPY . .
CMD ["python", "app.py"]
`,
    without: [],
  },
  'secret-mounts': {
    text: `FROM python:3.11-slim
ARG GIT_TOKEN
RUN pip install "git+https://$GIT_TOKEN@github.com/acme/models.git"
`,
    without: ['split-stages', 'cache-mounts', 'traced-bytecode'],
  },
};

/** What an edit alone makes of the example. */
function appliedAlone(id: RewriteId): { readonly before: string; readonly after: string } | undefined {
  const { text, without } = otherExamples[id] ?? { text: fixture, without: [] };
  const options = { without: new Set(without), asked: new Set([id]) };
  return rewriteDockerfile(text, facts, options).applied.find((one) => one.id === id);
}

/** The lines of a section's diffs with this sign, without it and without indentation. */
function diffLines(section: string, sign: '-' | '+'): string[] {
  const blocks = [...section.matchAll(/^```diff\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
  return blocks
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.startsWith(sign))
    .map((line) => line.slice(1).trim());
}

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim());

test('the page has a section for every edit, in the order in which they are made, and for nothing else', () => {
  expect([...sections.keys()]).toEqual(editIds);
});

describe.each(editIds)('the section of %s', (id) => {
  const section = sections.get(id) ?? '';
  const isAsked =
    id === 'ci-cache' || rewrites.some((rewrite) => rewrite.id === id && rewrite.risk === 'opt-in');

  test.each([
    '**Why.**',
    '**Saves.**',
    '**Can break.**',
    '**Left alone**',
    `\`--${isAsked ? 'with' : 'skip'} ${id}\``,
  ])('has %s', (part) => {
    expect(section).toContain(part);
  });
});

describe.each(rewrites)('the section of $id', ({ id, title, risk }) => {
  const section = sections.get(id) ?? '';

  test('has the title and the risk that the edit has', () => {
    expect(section).toContain(`*${title}* · risk: ${risk}`);
  });

  test('shows what the edit makes of the example', () => {
    const applied = appliedAlone(id);
    expect([...diffLines(section, '-'), ...diffLines(section, '+')]).not.toEqual([]);
    expect(linesOf(applied?.before ?? '')).toEqual(expect.arrayContaining(diffLines(section, '-')));
    expect(linesOf(applied?.after ?? '')).toEqual(expect.arrayContaining(diffLines(section, '+')));
  });
});
