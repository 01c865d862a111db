import { expect, test } from 'vitest';
import { type ExplainedPlan, slimExplanation, textWidth } from './index.ts';

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
  expect(slimExplanation({ edits: [], leftAlone: [] }, { width: 80, hasColour: false })).toBe(
    'Nothing to change: the project is lean already.\n',
  );
});
