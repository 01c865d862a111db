import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { illegalImports } from './rooms.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function reasonsIn(files: Readonly<Record<string, string>>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'rooms-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, 'src', dirname(path)), { recursive: true });
    writeFileSync(join(root, 'src', path), text);
  }
  return illegalImports(join(root, 'src')).map((found) => `${found.file}:${found.line} ${found.reason}`);
}

test.each([
  [
    'an import that points up',
    { 'base/a.ts': "import { x } from '../audit/index.ts';" },
    ['src/base/a.ts:1 base may not import audit: imports point down'],
  ],
  [
    'a feature that imports a feature',
    { 'slim/a.ts': "\nimport type { X } from '../verify/index.ts';" },
    ['src/slim/a.ts:2 slim may not import verify: imports point down'],
  ],
  [
    'a room entered by the window',
    { 'audit/a.ts': "import { x } from '../tar/reader.ts';" },
    ['src/audit/a.ts:1 enter tar by its index.ts'],
  ],
  [
    'a renderer that calls a feature',
    { 'report/a.ts': "import { x } from '../compare/index.ts';" },
    ['src/report/a.ts:1 report imports the types of features only'],
  ],
  [
    'a lazy import that points up',
    { 'python/a.ts': "const x = await import('../project/index.ts');" },
    ['src/python/a.ts:1 python may not import project: imports point down'],
  ],
  [
    'a multi-line import that points up',
    { 'tar/a.ts': "import {\n  a,\n  b,\n} from '../image/index.ts';" },
    ['src/tar/a.ts:1 tar may not import image: imports point down'],
  ],
  [
    'types of a feature in a renderer',
    { 'report/a.ts': "import type { X } from '../compare/index.ts';" },
    [],
  ],
  [
    'fixtures of a lower room in a test',
    { 'push/a.test.ts': "import { x } from '../image/registry/fixtures/b.ts';" },
    [],
  ],
  [
    'fixtures of another feature in a test',
    { 'push/a.test.ts': "import { x } from '../audit/fixtures/b.ts';" },
    ['src/push/a.test.ts:1 enter audit by its index.ts'],
  ],
  [
    'fixtures outside of a test',
    { 'push/a.ts': "import { x } from '../image/fixtures/b.ts';" },
    ['src/push/a.ts:1 enter image by its index.ts'],
  ],
  ['knowledge in its order', { 'project/a.ts': "import { x } from '../dockerfile/index.ts';" }, []],
  ['a room of its own', { 'tar/a.ts': "import { x } from './b.ts';" }, []],
])('%s', (_reason, files, expected) => {
  expect(reasonsIn(files)).toEqual(expected);
});

test('the source tree has no illegal import', () => {
  expect(illegalImports(join(import.meta.dirname, '..', 'src'))).toEqual([]);
});
