import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { type ExplainedPlan, slimExplanation, slimExplanationJson, textWidth } from './index.ts';

const plan: ExplainedPlan = {
  edits: [
    {
      id: 'slim-base',
      title: 'Run on the slim variant of the same Python',
      reason: 'python:3.11 carries compilers, headers and version control for building',
      risk: 'verify',
      predictedBytes: 800_000_000,
      diff: '--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,2 +1,2 @@\n-FROM python:3.11\n+FROM python:3.11-slim\n WORKDIR /app\n \u001b[2Jx\n',
      sources: ['docs/edits.md#slim-base', 'https://hub.docker.com/_/python (image variants)'],
    },
    {
      id: 'secret-mounts',
      title: 'Hand credentials to the build as secrets',
      reason: 'the build argument GIT_TOKEN: whoever has the image or its history can read it',
      risk: 'opt-in',
      predictedBytes: undefined,
      diff: '--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1 +0,0 @@\n-ARG GIT_TOKEN\n',
      sources: ['docs/edits.md#secret-mounts'],
    },
  ],
  leftAlone: [{ what: 'Run as a user of its own', because: 'port 80 is below 1024' }],
  secrets: [
    { id: 'GIT_TOKEN', source: { kind: 'argument', name: 'GIT_TOKEN', value: 'hunter2' } },
    { id: 'netrc', source: { kind: 'file', path: '.netrc' } },
  ],
};

test.each([
  [100, true],
  [60, false],
] as const)('the explanation in %i columns, colour %s', async (width, hasColour) => {
  const text = slimExplanation(plan, { width, hasColour });
  await expect(text).toMatchFileSnapshot(`expected/slim-explanation-${width}.txt`);
  expect(text).not.toContain('\u001b[2J');
  if (hasColour) return;
  const prose = text.split('\n').filter((line) => !line.includes('a/Dockerfile'));
  for (const line of prose) expect(textWidth(line)).toBeLessThanOrEqual(width);
});

test('a lean project is told so', () => {
  expect(slimExplanation({ edits: [], leftAlone: [], secrets: [] }, { width: 80, hasColour: false })).toBe(
    'Nothing to change: the project is lean already.\n',
  );
});

test('the JSON is of the published schema, and holds no value of a secret', () => {
  const file = new URL('../../docs/schemas/plimsoll.explain-1.json', import.meta.url);
  const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(
    JSON.parse(readFileSync(file, 'utf8')),
  );
  const text = slimExplanationJson(plan);
  expect(validate(JSON.parse(text)) ? [] : validate.errors).toEqual([]);
  expect(text).not.toContain('hunter2');
  expect(JSON.parse(text)).toMatchObject({
    schema: 'plimsoll.explain/1',
    edits: [{ predictedBytes: 800_000_000 }, { predictedBytes: null }],
    secrets: [
      { id: 'GIT_TOKEN', from: 'argument' },
      { id: 'netrc', from: 'file' },
    ],
  });
});
