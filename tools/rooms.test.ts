import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sourceTree } from './fixtures/source-tree.ts';
import { illegalImports } from './rooms.ts';

function reasonsIn(files: Readonly<Record<string, string>>): string[] {
  return illegalImports(sourceTree(files)).map((found) => `${found.file}:${found.line} ${found.reason}`);
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
