import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { circles } from './circles.ts';
import { sourceTree } from './fixtures/source-tree.ts';

test.each([
  ['files in a line', { 'a.ts': "import './b.ts';", 'b.ts': "import './c.ts';", 'c.ts': '' }, []],
  [
    'two files that need each other',
    { 'a.ts': "import { b } from './b.ts';", 'b.ts': "import { a } from './a.ts';" },
    [['a.ts', 'b.ts']],
  ],
  [
    'a type on the way back',
    {
      'a.ts': "export { c } from './b.ts';",
      'b.ts': "import './c.ts';",
      'c.ts': "import type { A } from './a.ts';",
    },
    [['a.ts', 'b.ts', 'c.ts']],
  ],
  ['a file that imports itself', { 'a.ts': "import './a.ts';" }, [['a.ts']]],
  [
    'the shortest through each file',
    {
      'a.ts': "import './b.ts';\nimport './c.ts';",
      'b.ts': "import './c.ts';",
      'c.ts': "import './a.ts';",
    },
    [
      ['a.ts', 'c.ts'],
      ['b.ts', 'c.ts', 'a.ts'],
    ],
  ],
  ['a test beside its code', { 'a.test.ts': "import './a.ts';", 'a.ts': '' }, []],
])('%s', (_case, files, expected) => {
  const src = sourceTree(files);
  expect(circles(src).map((circle) => circle.map((file) => relative(src, file)))).toEqual(expected);
});

test('the source tree has none', () => {
  expect(circles(join(import.meta.dirname, '..', 'src'))).toEqual([]);
});
