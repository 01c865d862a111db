import { globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { longest, rankOf } from './engine-first.ts';

const root = join(import.meta.dirname, '..');

test.each(longest)('%s is the end of one path', (end) => {
  expect(globSync(`{src,test}/**/${end}`, { cwd: root })).toHaveLength(1);
});

test('the engine’s files come first, in both projects the longest', () => {
  const ranks = [
    rankOf('/app/test/e2e/projects.test.ts', 'engine'),
    rankOf('/app/test/e2e/push.test.ts', 'engine'),
    rankOf('/app/test/e2e/lint.test.ts', 'engine'),
    rankOf('/app/src/cli/commands/deps/run-deps.test.ts', 'unit'),
    rankOf('/app/src/tar/tar.test.ts', 'unit'),
  ];
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  expect(new Set(ranks).size).toBe(ranks.length);
});
