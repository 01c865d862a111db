import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { Audit } from '../audit/index.ts';
import { isRecord } from '../base/index.ts';
import { type Comparison, compareImages, type ForecastSide } from '../compare/index.ts';
import { type Finding, type FindingKind, findingFacts, findingKinds } from '../finding/index.ts';
import type { GateResult } from '../policy/index.ts';
import type { ComparedRequest, Difference, Verification } from '../verify/index.ts';
import { sampleDiff } from './fixtures/sample-diff.ts';
import { sampleFirstPush, sampleIndexPush, samplePushEstimate } from './fixtures/sample-push.ts';
import { sampleAudit, sampleReport, sampleSides } from './fixtures/sample-report.ts';
import { sampleManifest, sampleProof, sampleShrink } from './fixtures/sample-shrink.ts';
import {
  type AuditGroups,
  auditJson,
  compareJson,
  pushEstimateJson,
  pushJson,
  type SlimReport,
  shrinkJson,
  shrinkManifestJson,
  slimJson,
} from './index.ts';

const names = ['slim', 'audit', 'compare', 'shrink', 'shrink-manifest', 'push', 'push-estimate'] as const;
type Name = (typeof names)[number];

const schemas = new Map(names.map((name) => [name, readSchema(name)] as const));
const validators = compileSchemas();

function readSchema(name: Name): object {
  const file = new URL(`../../docs/schemas/plimsoll.${name}-1.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8'));
}

function compileSchemas(): ReadonlyMap<Name, ValidateFunction> {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  for (const schema of schemas.values()) ajv.addSchema(schema);
  return new Map(
    names.map((name) => {
      const validate = ajv.getSchema(`plimsoll.${name}-1.json`);
      if (validate === undefined) throw new Error(`no schema has the $id plimsoll.${name}-1.json`);
      return [name, validate] as const;
    }),
  );
}

/** Where a value breaks a schema, and why; empty when it does not. */
function problems(name: Name, value: unknown): string[] {
  const validate = validators.get(name);
  if (validate === undefined || validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const report = sampleReport();
const { fat, lean } = sampleSides();

function forecast(): Comparison {
  const side = (name: string, sizeBytes: number): ForecastSide => ({
    kind: 'forecast',
    name,
    rows: [
      { group: 'base', label: 'python:3.11-slim', sizeBytes: 120e6, uncertaintyBytes: 0, sharedKey: 'slim' },
      { group: 'python-dependencies', label: 'pip install', sizeBytes, uncertaintyBytes: 4e6 },
    ],
  });
  return compareImages({ fat: side('fat', 4e9), lean: side('lean', 8e8), uplinkBitsPerSecond: 1e8 });
}

function forecastReport(): SlimReport {
  const { trees: _, verification: __, engine: ___, ...rest } = report;
  const [edit] = report.edits;
  return {
    ...rest,
    comparison: forecast(),
    missing: [{ group: 'system-packages', images: ['lean'], because: 'apk is not read', hint: 'Build it.' }],
    // Half of a distribution is a prediction too.
    edits: edit === undefined ? [] : [{ ...edit, predictedBytes: 1.5, state: 'planned' }],
  };
}

/** Images that do not start or do not answer, with every kind of hint and remark. */
function failedVerification(): Verification {
  const difference: Difference = {
    kind: 'response',
    severity: 'break',
    what: 'GET /predict',
    fat: '200 application/json',
    lean: 'no answer (socket hang up)',
    hints: { soname: 'libGL.so.1', module: 'cv2', distribution: 'opencv-python' },
  };
  const request: ComparedRequest = {
    probe: 'GET /predict',
    outcome: 'different',
    detail: '200 application/json became no answer',
    fatStatus: 200,
    leanStatus: undefined,
    fatSeconds: 0.1,
    leanSeconds: undefined,
    largestDeviation: 3e-5,
    ignored: [{ path: '$.id', reason: 'varies in the fat image itself', fat: '"a"', lean: '"b"' }],
    differences: [difference],
  };
  return {
    verdict: 'cannot-judge',
    summary: 'Cannot judge: the fat image does not start.',
    differences: [difference],
    checks: [{ name: 'start', outcome: 'not-judged', detail: 'the fat image does not start' }],
    startUp: { fatSeconds: undefined, leanSeconds: undefined },
    requests: [request],
    logs: { fat: { stdout: '', stderr: 'Killed' }, lean: { stdout: '', stderr: '' } },
  };
}

// The record has exactly these keys.
const everyKind = Object.keys(findingKinds) as FindingKind[];

/** A finding of a kind with every field that such a finding can have. */
function findingOf(kind: FindingKind): Finding {
  const facts = findingFacts(kind, {
    files: Array.from({ length: 9 }, (_, i) => ({ path: `f${i}`, sizeBytes: i })),
    layer: 0,
    instruction: 'RUN pip install torch',
    owner: { kind: 'distribution', name: 'torch', version: '2.8.0' },
    owners: [{ kind: 'conda', name: 'mkl', version: '2024', sizeBytes: 7 }],
    location: { file: 'requirements.txt', line: 3 },
  });
  switch (kind) {
    case 'package-manager-cache':
      return { ...facts, kind, manager: 'pip' };
    case 'dev-dependency':
    case 'heavy-dependency':
      return { ...facts, kind, distribution: 'xgboost', version: '3.0.1', alternative: 'xgboost-cpu' };
    case 'secret-file':
      return { ...facts, kind, secret: 'private key' };
    case 'secret-in-environment':
      return { ...facts, kind, variable: 'API_KEY' };
    case 'secret-in-history':
      return { ...facts, kind, secret: 'URL credentials', variable: 'TOKEN' };
    case 'model-weights':
      return { ...facts, kind, format: 'safetensors' };
    case 'missing-program':
      return { ...facts, kind, program: 'uvicorn' };
    case 'unpinned-base':
    case 'heavy-base':
      return { ...facts, kind, base: 'python:latest' };
    default:
      return { ...facts, kind };
  }
}

function auditOf(platform: Audit['image']['platform']): Audit {
  const audit = sampleAudit();
  return {
    ...audit,
    image: { ...audit.image, platform },
    findings: [...audit.findings, ...everyKind.map(findingOf)],
  };
}

const row = { sizeBytes: 9, fileCount: 1, deadBytes: 0, avoidableBytes: 9 };
const sampleGroups: AuditGroups = {
  by: 'layer',
  rows: [
    { ...row, name: 'COPY . .', layer: 2, compressedBytes: 4 },
    { ...row, name: 'torch 2.8.0', packageKind: 'distribution' },
  ],
};
const gate = { unit: 'bytes', limit: 5, source: '--max-size', message: 'size 9 B' } as const;
const sampleGates: readonly GateResult[] = [
  { ...gate, gate: 'maxSize', actual: 9, verdict: 'fail' },
  { ...gate, gate: 'maxGrowth', verdict: 'cannot-judge' },
  { ...gate, gate: 'dive.highestUserWastedPercent', unit: 'share', actual: Infinity, verdict: 'fail' },
];

const samples: readonly [title: string, name: Name, text: string][] = [
  ['a whole report', 'slim', slimJson(report)],
  ['a forecast with a gap, nothing built', 'slim', slimJson(forecastReport())],
  [
    'images that do not answer',
    'slim',
    slimJson({ ...report, verification: failedVerification(), findings: everyKind.map(findingOf) }),
  ],
  ['an audit', 'audit', auditJson(sampleAudit())],
  [
    'an audit with every kind of finding',
    'audit',
    auditJson(auditOf({ os: 'linux', architecture: 'arm', variant: 'v7' })),
  ],
  [
    'an audit, grouped and judged',
    'audit',
    auditJson(sampleAudit(), { groups: sampleGroups, gates: { results: sampleGates, verdict: 'fail' } }),
  ],
  ['two images', 'compare', compareJson(compareImages({ fat, lean, uplinkBitsPerSecond: 1e8 }))],
  [
    'an image with itself',
    'compare',
    compareJson(compareImages({ fat: lean, lean, uplinkBitsPerSecond: 1e8 })),
  ],
  ['two images to the last file', 'compare', compareJson(sampleDiff())],
  ['two forecasts', 'compare', compareJson(forecast())],
  ['a shrunk image', 'shrink', shrinkJson(sampleShrink())],
  ['a shrunk image that was run', 'shrink', shrinkJson(sampleShrink(), sampleProof('same'))],
  ['one that differs', 'shrink', shrinkJson(sampleShrink(), sampleProof('different'))],
  ['what it would be', 'shrink', shrinkJson(sampleShrink({ isDryRun: true }))],
  ['an image with a trace', 'shrink', shrinkJson({ ...sampleShrink(), tracedModules: 2431 })],
  ['what is gone', 'shrink-manifest', shrinkManifestJson(sampleManifest())],
  ['a push', 'push', pushJson(sampleFirstPush())],
  ['a push of all platforms', 'push', pushJson(sampleIndexPush())],
  ['what a push would send', 'push-estimate', pushEstimateJson(samplePushEstimate())],
];

test.each(samples)('%s fits the schema', (_, name, text) => {
  expect(problems(name, JSON.parse(text))).toEqual([]);
});

describe('a schema', () => {
  test.each(names)('%s takes its own name and no other', (name) => {
    for (const [, other, text] of samples) {
      expect([other, problems(name, JSON.parse(text)).length === 0]).toEqual([other, other === name]);
    }
  });

  test.each(samples)('notices a field that it does not know in every object: %s', (_, name, text) => {
    const value: unknown = JSON.parse(text);
    for (const { path, object } of objectsIn(value)) {
      object['unheardOf'] = 1;
      expect([path, problems(name, value).length > 0]).toEqual([path, true]);
      delete object['unheardOf'];
    }
  });

  test.each(samples)('notices bytes that are not whole: %s', (_, name, text) => {
    const broken = text.replace(/("(?:contentBytes|tarBytes|savedBytes|skippedBytes)": \d+)/, '$1.5');
    expect(broken).not.toBe(text);
    expect(problems(name, JSON.parse(broken))).not.toEqual([]);
  });

  test.each(names)('%s describes every field', (name) => {
    for (const [field, schema] of fieldsOf(schemas.get(name))) {
      expect([field, 'description' in schema || '$ref' in schema]).toEqual([field, true]);
    }
  });
});

test('no schema knows a field or a kind of finding that nothing has', () => {
  const written = new Set(
    samples.flatMap(([, , text]) => objectsIn(JSON.parse(text))).flatMap(({ object }) => Object.keys(object)),
  );
  const known = names.flatMap((name) => fieldsOf(schemas.get(name)).map(([field]) => field));
  expect(known.filter((field) => !written.has(field))).toEqual([]);
  const finding = JSON.stringify(schemas.get('audit'));
  const kinds = [...finding.matchAll(/"The class of the finding\.","enum":\[([^\]]*)\]/g)].flatMap(
    ([, list]) => (list ?? '').split(',').map((word) => word.replaceAll('"', '')),
  );
  expect(kinds.sort()).toEqual([...everyKind].sort());
});

test('a field that is always there says null where it has no value', () => {
  const written: unknown = JSON.parse(slimJson({ ...report, verification: failedVerification() }));
  expect(written).toMatchObject({
    verification: { startUp: { fatSeconds: null, leanSeconds: null }, requests: [{ leanStatus: null }] },
  });
});

interface FoundObject {
  readonly path: string;
  readonly object: Record<string, unknown>;
}

/** Every object in a JSON value; of an array's elements those that differ in their fields. */
function objectsIn(value: unknown, path = '$'): FoundObject[] {
  if (Array.isArray(value)) {
    const shapes = new Map(value.map((one, i) => [shapeOf(one), i] as const));
    return [...shapes.values()].flatMap((i) => objectsIn(value[i], `${path}[${i}]`));
  }
  if (!isRecord(value)) return [];
  return [
    { path, object: value },
    ...Object.entries(value).flatMap(([key, inner]) => objectsIn(inner, `${path}.${key}`)),
  ];
}

function shapeOf(value: unknown): string {
  return isRecord(value) ? `${Object.keys(value).join(' ')} ${String(value['kind'])}` : typeof value;
}

/** Every field that a schema declares, with what it says of it. */
function fieldsOf(schema: unknown): [field: string, schema: object][] {
  if (Array.isArray(schema)) return schema.flatMap(fieldsOf);
  if (!isRecord(schema)) return [];
  const own = isRecord(schema['properties'])
    ? Object.entries(schema['properties']).flatMap(([field, one]): [string, object][] =>
        isRecord(one) ? [[field, one]] : [],
      )
    : [];
  return [...own, ...Object.values(schema).flatMap(fieldsOf)];
}
