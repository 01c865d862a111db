import { expect, test } from 'vitest';
import { explainLines, ignoreMatcher, parseDockerignore } from './index.ts';
import type { IgnoredEntry, SentEntry, WalkedContext } from './walk-context.ts';

/** A walk over files of one byte, without a disk. */
function walked(text: string, paths: readonly string[]): WalkedContext {
  const matcher = ignoreMatcher(parseDockerignore(text));
  const sent: SentEntry[] = [];
  const ignored: IgnoredEntry[] = [];
  for (const path of paths) {
    const parent = path.includes('/')
      ? matcher.walkVerdict(path.slice(0, path.indexOf('/')), undefined)
      : undefined;
    const isClosed = path.endsWith('/');
    const name = path.replace(/\/$/, '');
    const { isIgnored, rule } = matcher.walkVerdict(name, isClosed ? undefined : parent);
    const entry = { path: name, kind: isClosed ? 'directory' : 'file', sizeBytes: 1, mode: 0 } as const;
    if (isIgnored && rule !== undefined) ignored.push({ ...entry, rule, isClosed });
    else sent.push({ ...entry, rule });
  }
  return { sent, ignored, unreadable: [] };
}

test.each([
  ['*.log\n!a.log\n', ['leaves-out 1', 'takes-back 1'], 'each line counts what it decides'],
  ['.git\n', ['leaves-out .git/'], 'a directory that is not entered'],
  ['*.md\n', ['none matches-nothing'], 'no path fits'],
  ['*.log\n**/*.log\n', ['leaves-out 2', 'none covered 1'], 'the same files'],
  ['.git\n.git/objects\n', ['leaves-out .git/', 'none closed 1'], 'below a directory that is left out'],
  ['!a.log\n', ['none not-ignored'], 'nothing leaves it out'],
  ['a.log\n!*.log\n', ['none undone 2', 'takes-back 1'], 'a later exception decides otherwise'],
  ['!b.log\n*.log\n', ['none undone 2', 'leaves-out 2'], 'an exception before its rule'],
])('%j: %j, %s', (text, effects) => {
  const context = walked(text, ['a.log', 'b.log', 'app.py', '.git/']);
  const lines = explainLines(parseDockerignore(text), context);
  expect(
    lines.map(({ effect, because, otherLine, fileCount, closedDirectories }) =>
      [effect, because, otherLine, fileCount || undefined, closedDirectories.map((one) => `${one}/`).join()]
        .filter((one) => one !== undefined && one !== '')
        .join(' '),
    ),
  ).toEqual(effects);
});
