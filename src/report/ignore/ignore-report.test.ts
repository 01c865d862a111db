import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { type IgnoreReport, ignoreJson, ignoreTable } from '../index.ts';

const suggestion = {
  pattern: 'data',
  kind: 'data',
  reason: 'large data',
  risk: 'verify',
  sizeBytes: 5e6,
  fileCount: 2,
  samplePaths: ['data/raw/a.csv'],
} as const;
const line = { fileCount: 0, sizeBytes: 0, closedDirectories: [], samplePaths: [] } as const;

const report: IgnoreReport = {
  directory: '/srv/api',
  dockerfile: 'Dockerfile',
  ignoreFile: { path: 'Dockerfile.dockerignore', isThere: true, unused: ['.dockerignore'] },
  sent: { sizeBytes: 5_001_100, fileCount: 4 },
  requested: { sizeBytes: 1000, fileCount: 1 },
  proposed: { sizeBytes: 1100, fileCount: 2 },
  directories: [
    { path: 'data', sizeBytes: 5e6, fileCount: 2 },
    { path: 'data/raw', sizeBytes: 5e6, fileCount: 2 },
    { path: 'app', sizeBytes: 1000, fileCount: 1 },
  ],
  topFiles: { sizeBytes: 100, fileCount: 1 },
  specialPaths: ['run/app.sock'],
  lines: [
    { ...line, line: 1, pattern: '.git', effect: 'leaves-out', closedDirectories: ['.git'] },
    {
      ...line,
      line: 2,
      pattern: '*.log',
      effect: 'leaves-out',
      fileCount: 1,
      sizeBytes: 7,
      samplePaths: ['a.log'],
    },
    { ...line, line: 3, pattern: '!b.log', effect: 'takes-back', fileCount: 2, sizeBytes: 9 },
    { ...line, line: 4, pattern: 'nope', effect: 'none', because: 'matches-nothing' },
    { ...line, line: 5, pattern: '.git/objects', effect: 'none', because: 'closed', otherLine: 1 },
  ],
  secrets: [
    { path: '.env', sizeBytes: 12, secret: 'environment file', keptBecause: undefined },
    { path: 'tls\n.key', sizeBytes: 1700, secret: 'private key', keptBecause: 'the Dockerfile copies tls*' },
  ],
  cutSources: [
    {
      severity: 'error',
      instruction: 'copy',
      dockerfileLine: 3,
      source: 'models/',
      path: 'models',
      ignoreLine: 6,
      pattern: 'models',
    },
  ],
  proposals: [suggestion, { ...suggestion, pattern: '**/.env', kind: 'secret', beforeLine: 3 }],
  dropped: [{ pattern: 'docs', because: 'Dockerfile:4 takes docs/*.md (docs/a.md)' }],
  kept: [{ path: 'tests', kind: 'test', reason: 'the Dockerfile copies tests' }],
  unreadable: [{ path: 'private', reason: 'EACCES: permission denied' }],
  fix: undefined,
};

describe('as JSON', () => {
  const validate = compileSchema();
  const problems = (value: unknown): string[] =>
    validate(value) ? [] : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message}`);

  test.each([
    ['a whole report', report],
    ['a change', { ...report, fix: { path: '.dockerignore', isWritten: true, diff: '--- a\n' } }],
  ])('%s fits the schema', (_, value) => {
    expect(problems(JSON.parse(ignoreJson(value)))).toEqual([]);
  });

  test('the schema knows no field that nothing has, and notices one that it does not know', () => {
    const value = JSON.parse(ignoreJson({ ...report, fix: { path: 'a', isWritten: false, diff: '' } }));
    const written = new Set(objectsIn(value).flatMap((one) => Object.keys(one)));
    const schemaText = readFileSync(schemaFile, 'utf8');
    const known = objectsIn(JSON.parse(schemaText)).flatMap((one) => Object.keys(one['properties'] ?? {}));
    expect(known.filter((field) => !written.has(field))).toEqual([]);
    for (const object of objectsIn(value)) {
      object['unheardOf'] = 1;
      expect(problems(value)).not.toEqual([]);
      delete object['unheardOf'];
    }
    expect(problems(value)).toEqual([]);
  });
});

test('as a table: what, how much, which line, and no control characters of names', () => {
  const text = ignoreTable(report, { width: 100, hasColour: false });
  expect(text).toBe(`Build context /srv/api (Dockerfile, Dockerfile.dockerignore)
5.00 MB in 4 files sent
.dockerignore is not read: Dockerfile.dockerignore overrides it.
Dockerfile asks for 1.00 kB in 1 file of it; BuildKit transfers no more than that, other builders
take all.

   sent  files  directory
5.00 MB      2  data/raw/
1.00 kB      1  app/
  100 B      1  (files at the top)

error: Dockerfile:3 copies models/, but Dockerfile.dockerignore:6 (models) leaves models out.

2 files with secrets sent
  .env: environment file
  tls\\x0a.key: private key; stays, as the Dockerfile copies tls*

line  Dockerfile.dockerignore  leaves out
   1  .git                     .git/
   2  *.log                    a.log (7 B)
   3  !b.log                   (back in) 9 B in 2 files

Dockerfile.dockerignore:4 (nope) does nothing: nothing matches it
Dockerfile.dockerignore:5 (.git/objects) does nothing: line 1 leaves out the whole directory

2 lines for Dockerfile.dockerignore: 1.10 kB in 2 files would be left
  saves  files  line     because
5.00 MB      2  data     large data
5.00 MB      2  **/.env  as above
docs is not proposed: Dockerfile:4 takes docs/*.md (docs/a.md)

tests stays: the Dockerfile copies tests

private cannot be read: EACCES: permission denied
run/app.sock is a socket, a pipe or a device: leave it out

plimsoll ignore --fix writes Dockerfile.dockerignore; --dry-run shows the change.
`);
});

test('nothing of what is said is cut off on a narrow terminal', () => {
  const reason = 'large data that no code of the application and no instruction of the Dockerfile names';
  const long = { ...suggestion, pattern: '**/.ipynb_checkpoints', reason };
  const text = ignoreTable(
    {
      ...report,
      proposals: [
        long,
        { ...long, pattern: 'data' },
        { ...suggestion, pattern: 'b' },
        { ...long, pattern: 'c' },
      ],
      lines: [
        {
          ...line,
          line: 1,
          pattern: '*.log',
          effect: 'leaves-out',
          closedDirectories: [`${'a'.repeat(70)}`],
        },
      ],
    },
    { width: 60, hasColour: false },
  );
  expect(text).not.toContain('…');
  expect(text.split('\n').filter((one) => one.length > 60)).toEqual([]);
  expect(text).toContain(`
  saves  files  line
5.00 MB      2  **/.ipynb_checkpoints
         large data that no code of the application and no
         instruction of the Dockerfile names
5.00 MB      2  data
         as above
5.00 MB      2  b
         large data
5.00 MB      2  c
         as **/.ipynb_checkpoints
`);
  const wide = ignoreTable({ ...report, proposals: [long] }, { width: 80, hasColour: false });
  expect(wide).toContain(`
5.00 MB      2  **/.ipynb_checkpoints  large data that no code of the
                                       application and no instruction of the
                                       Dockerfile names
`);
});

const schemaFile = new URL('../../../docs/schemas/plimsoll.ignore-1.json', import.meta.url);

function compileSchema(): ValidateFunction {
  return new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(
    JSON.parse(readFileSync(schemaFile, 'utf8')),
  );
}

/** Every object in a JSON value. */
function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  // Neither null nor an array: a JSON object.
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner];
}
