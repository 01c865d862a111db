import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { type CiReport, ciJson, ciText } from '../index.ts';

const report: CiReport = {
  provider: 'gitlab',
  path: '.gitlab-ci.yml',
  outcome: 'left',
  images: [
    {
      name: 'api',
      context: 'api',
      dockerfile: 'api/Dockerfile',
      target: 'cpu',
      buildArgs: { A: 'b' },
      secrets: ['pip'],
      gatesFile: 'api/.plimsoll.yaml',
    },
    { name: 'web', context: '.', dockerfile: 'Dockerfile', buildArgs: {}, secrets: [], maxGrowth: '10%' },
  ],
  repository: undefined,
  cache: 'registry',
  branch: 'main',
  diff: '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\u001b[2J\n',
  preparations: ['Set PLIMSOLL_COMMENT_TOKEN.'],
  notes: ['service dev of the compose file is for developers.'],
};

test('as text: what is built, the difference, what to set up, and no control characters', () => {
  expect(
    ciText(report, { width: 100, hasColour: false }),
  ).toBe(`.gitlab-ci.yml is there, and was left as it is
  api: api/Dockerfile, stage cpu, from api; gates of api/.plimsoll.yaml
  web: Dockerfile, from .; no gates in the project: it may grow by 10%
  pushed to the service's own registry from main; layers are kept in the registry

--- a/x
+++ b/x
@@ -1 +1 @@
-old
+new\\x1b[2J

To set up once
  Set PLIMSOLL_COMMENT_TOKEN.

Left alone
  service dev of the compose file is for developers.
`);
});

test('as text: no section without lines', () => {
  const text = ciText(
    {
      ...report,
      provider: 'generic',
      outcome: 'written',
      diff: '',
      preparations: [],
      notes: [],
      cache: 'gha',
    },
    { width: 100, hasColour: false },
  );
  expect(text).toMatch(
    /^\.gitlab-ci\.yml is written\n {2}api.*\n {2}web.*\n {2}pushed to \$IMAGE from main; layers are kept in GitHub's cache\n$/,
  );
});

const schemaFile = new URL('../../../docs/schemas/plimsoll.ci-1.json', import.meta.url);
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(schemaFile, 'utf8')),
);

test('as JSON it fits the schema, which knows every field and no others', () => {
  const value = JSON.parse(ciJson(report));
  expect([validate(value), validate.errors]).toEqual([true, null]);
  for (const object of [value, ...value.images]) {
    object.unheardOf = 1;
    expect(validate(value)).toBe(false);
    delete object.unheardOf;
  }
});
