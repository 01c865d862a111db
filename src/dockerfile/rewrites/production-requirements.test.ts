import { expect, test } from 'vitest';
import { noFacts, type RewriteFacts, rewriteDockerfile, rewrites } from '../index.ts';

const facts: RewriteFacts = {
  ...noFacts,
  productionRequirements: new Map([
    ['requirements-dev.txt', 'requirements.txt'],
    ['requirements-ci.txt', 'requirements/base.txt'],
  ]),
  developmentDistributions: new Set(['pytest']),
};

function production(text: string): ReturnType<typeof rewriteDockerfile> {
  const without = rewrites.map(({ id }) => id).filter((id) => id !== 'production-requirements');
  return rewriteDockerfile(text, facts, { fileName: 'Dockerfile', without: new Set(without) });
}

test.each([
  [
    'FROM python:3.12\nRUN if [ "$ENV" = dev ]; then pip install -r requirements.txt pytest; else pip install -r requirements.txt; fi\n',
    'Dockerfile:2: `pip install … requirements.txt pytest` stays, its RUN decides when it is run: for development, perhaps',
    'the branch is the one for development',
  ],
  [
    'FROM python:3.12\nRUN [ "$ENV" != dev ] || pip install -r requirements-dev.txt\n',
    'Dockerfile:2: `pip install … requirements-dev.txt` stays, its RUN decides when it is run: for development, perhaps',
    'so is this one',
  ],
  [
    'FROM python:3.12 AS wheels\nCOPY requirements-dev.txt ./\nRUN pip wheel -w /wheels -r requirements-dev.txt\nFROM python:3.12\nCOPY --from=wheels /wheels /wheels\nCOPY requirements-dev.txt ./\nRUN pip install --find-links /wheels -r requirements-dev.txt\n',
    'Dockerfile:3: requirements-dev.txt stays, `pip wheel` reads it',
    'pip wheel would not find the file',
  ],
  [
    'FROM python:3.12\nCOPY requirements-ci.txt /r/\nCOPY requirements /r/requirements\nRUN pip install -r /r/requirements-ci.txt\n',
    'Dockerfile:2: requirements-ci.txt stays, requirements/base.txt would have to lie elsewhere',
    'the COPY puts it into /r, and pip would look for it in /r/requirements',
  ],
])('%j stays as it is: %s: %s', (text, because, _why) => {
  const result = production(text);
  expect(result.text).toBe(text);
  expect(result.leftAlone.map((one) => one.because)).toContain(because);
});
