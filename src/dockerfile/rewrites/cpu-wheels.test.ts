import { expect, test } from 'vitest';
import { noFacts, type RewriteFacts, rewriteDockerfile, rewrites } from '../index.ts';

const facts: RewriteFacts = {
  ...noFacts,
  cpuWheels: { requirements: ['torch'], evidence: 'nothing in the project uses a GPU' },
};

function stepOf(text: string): string | undefined {
  const without = rewrites.map(({ id }) => id).filter((id) => id !== 'cpu-wheels');
  return rewriteDockerfile(text, facts, { without: new Set(without) })
    .text.split('\n')
    .find((line) => line.includes('PYTORCH_INDEX_URL"'));
}

test.each([
  [
    'pip install --user --no-cache-dir -r requirements.txt',
    'pip install --user --no-cache-dir',
    'a COPY of ~/.local brings nothing else',
  ],
  ['pip install --prefix=/install -r requirements.txt', 'pip install --prefix=/install', 'nor of a prefix'],
  ['pip install -t /deps -r requirements.txt', 'pip install -t /deps', 'nor of a folder'],
  [
    'pip install --break-system-packages -r requirements.txt',
    'pip install --break-system-packages',
    'pip refuses without it',
  ],
  ['uv pip install --system -r requirements.txt', 'uv pip install --system', 'uv finds no environment'],
  ['pip install -U -r requirements.txt', 'pip install', 'what is for the others is not for torch'],
])('`%s` makes way for `%s`: %s', (install, start, _why) => {
  expect(stepOf(`FROM python:3.12\nCOPY requirements.txt ./\nRUN ${install}\n`)).toBe(
    `RUN ${start} --index-url "$PYTORCH_INDEX_URL" torch`,
  );
});

test('the step stands where the dependencies are installed, not where a tool or a test stage is', () => {
  const text =
    'FROM python:3.12 AS lint\nRUN pip install ruff\nFROM python:3.12 AS export\nRUN pip install poetry && poetry export -o r.txt\n' +
    'FROM python:3.12\nCOPY --from=export /r.txt ./\nRUN pip install -r r.txt\n';
  const without = rewrites.map(({ id }) => id).filter((id) => id !== 'cpu-wheels');
  const lines = rewriteDockerfile(text, facts, { without: new Set(without) }).text.split('\n');
  expect(lines[lines.findIndex((line) => line.includes('PYTORCH_INDEX_URL"')) + 2]).toBe(
    'RUN pip install -r r.txt',
  );
});

test.each([
  ['RUN pip install xgboost', undefined, 'Install the CPU build of xgboost', 'torch is not installed'],
  ['RUN pip install torch', ['torch'], 'Install the CPU build of PyTorch', 'torch alone'],
  ['RUN pip install torch xgboost', ['torch'], 'Install the CPU build of PyTorch, xgboost', 'both'],
])('of `%s` with %j from the index, the title is %s: %s', (run, requirements, title, _why) => {
  const known: RewriteFacts = {
    ...noFacts,
    cpuWheels: requirements && { requirements, evidence: 'nothing uses a GPU' },
    cpuRequirement: (text) => (text === 'xgboost' ? 'xgboost-cpu' : undefined),
  };
  const without = new Set(rewrites.map(({ id }) => id).filter((id) => id !== 'cpu-wheels'));
  const { applied } = rewriteDockerfile(`FROM python:3.12\n${run}\n`, known, { without });
  expect(applied.map((one) => one.title)).toEqual([title]);
});
