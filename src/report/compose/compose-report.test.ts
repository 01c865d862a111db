import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { composeChanges } from '../../compose/index.ts';
import { type ComposeReport, composeJson, composeText } from '../index.ts';

const change = { service: 'api', title: 'Say the platform', id: 'platform' } as const;
const report: ComposeReport = {
  directory: '/srv/app',
  file: 'compose.yaml',
  isNew: false,
  services: [
    { name: 'api', dockerfile: 'Dockerfile' },
    { name: 'wor\nker', dockerfile: 'worker.Dockerfile' },
  ],
  changes: [{ ...change, reason: 'every machine builds and runs the same image', file: 'compose.yaml' }],
  leftAlone: [
    { id: 'limits', title: 'Limit', service: 'api', because: 'nothing tells' },
    { id: 'limits', title: 'Limit', service: 'wor\nker', because: 'nothing tells' },
    { id: 'gpus', title: 'Reserve', service: 'api', because: 'only a hint' },
  ],
  passedOver: [{ what: 'web', because: 'there is no Python in what it is built from' }],
  diff: '--- a/compose.yaml\n+++ b/compose.yaml\n@@ -1,2 +1,3 @@\n services:\n   api:\n+    platform: linux/amd64\u001b[2J\n',
  isWritten: false,
};

test('as text: the diff, each reason, what was left alone once, and no control characters', () => {
  expect(
    composeText(report, { width: 100, hasColour: false }),
  ).toBe(`1 change for compose.yaml: api (Dockerfile), wor\\x0aker (worker.Dockerfile)

--- a/compose.yaml
+++ b/compose.yaml
@@ -1,2 +1,3 @@
 services:
   api:
+    platform: linux/amd64\\x1b[2J

  api: platform: every machine builds and runs the same image

Left alone
  api, wor\\x0aker: limits: nothing tells
  api: gpus: only a hint
  web: there is no Python in what it is built from

plimsoll compose --fix writes compose.yaml.
`);
});

test('as text: what was written is not shown again, and nothing to do is said', () => {
  const [service] = report.services;
  const one = { ...report, services: service === undefined ? [] : [service], leftAlone: [], passedOver: [] };
  expect(composeText({ ...one, isWritten: true }, { width: 100, hasColour: false })).toBe(
    '1 change for compose.yaml: api (Dockerfile)\n\n  platform: every machine builds and runs the same image\n\ncompose.yaml is written.\n',
  );
  expect(composeText({ ...one, changes: [], diff: '' }, { width: 100, hasColour: false })).toBe(
    'compose.yaml needs no change: api (Dockerfile)\n',
  );
});

const schemaFile = new URL('../../../docs/schemas/plimsoll.compose-1.json', import.meta.url);
const schema = JSON.parse(readFileSync(schemaFile, 'utf8'));
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);

test('as JSON it fits the schema, which knows every field and every change, and no others', () => {
  const value: unknown = JSON.parse(composeJson(report));
  expect([validate(value), validate.errors]).toEqual([true, null]);
  for (const object of objectsIn(value)) {
    object['unheardOf'] = 1;
    expect(validate(value)).toBe(false);
    delete object['unheardOf'];
  }
  const written = new Set(objectsIn(value).flatMap((one) => Object.keys(one)));
  const known = objectsIn(schema).flatMap((one) => Object.keys(one['properties'] ?? {}));
  expect(known.filter((field) => !written.has(field))).toEqual([]);
  expect(schema.$defs.changeId.enum).toEqual(composeChanges.map(({ id }) => id));
});

/** Every object in a JSON value. */
function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  // Neither null nor an array: a JSON object.
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner];
}
