import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ignoreMatcher, parseDockerignore } from './index.ts';

describe('one pattern', () => {
  test.each([
    ['**', 'dir/file', true, 'everything'],
    ['**/', 'file', true, 'the slash is cleaned away'],
    ['**/**', 'dir/file/', true, 'doubled'],
    ['dir/**', 'dir/a/b', true, 'everything below'],
    ['dir/**', 'dir', false, 'but not the directory itself'],
    ['**/dir', 'dir', true, 'no directory before it'],
    ['**/dir', 'a/b/dir', true, 'at depth'],
    ['**/dir', 'dir/file', true, 'by its parent'],
    ['**/dir', 'adir', false, 'a part is matched whole'],
    ['**dir', 'adir', true, 'without a slash any end will do'],
    ['**/dir2/*', 'dir/dir2/file', true, 'one level below'],
    ['**/dir2/*', 'dir/dir2/a/b', true, 'deeper by the parent'],
    ['**/dir2/**', 'dir/dir2/dir3/file', true, 'any level below'],
    ['**/file*txt', 'dir/dir/file.txt', true, 'star inside a part'],
    ['**/**/*.txt', 'file.txt', true, 'two ** may stand for nothing'],
    ['**/*.txt2', 'dir/file.txt', false, 'another ending'],
    ['a**/*.txt', 'a/dir/dir/file.txt', true, '** behind a letter'],
    ['a/*.txt', 'a/dir/file.txt', false, '* stops at /'],
    ['a/*.txt**', 'a/file.txt', true, '** at the end of a part'],
    ['a*', 'ab/c', true, 'parent matches'],
    ['a*/b', 'a/c/b', false, '* is one part'],
    ['a?b', 'a/b', false, '? is no slash'],
    ['a?b', 'a☺b', true, '? is one character beyond ASCII'],
    ['a?b', 'a😀b', true, '? is one character beyond 16 bits'],
    ['a???b', 'a☺b', false, 'not one per byte'],
    ['a[b-d]e', 'ace', true, 'range'],
    ['a[b-d]e', 'aae', false, 'outside of the range'],
    ['a[^b-d]e', 'aze', true, 'negated'],
    ['a[^a]b', 'a☺b', true, 'negated beyond ASCII'],
    ['[a-ζ]*', 'α', true, 'range beyond ASCII'],
    ['*[a-ζ]', 'A', false, 'case counts'],
    ['[\\]a]', ']', true, 'escaped bracket in a class'],
    ['[\\-x]', '-', true, 'escaped minus in a class'],
    ['[\\-x]', 'a', false, 'which is no range'],
    ['a\\*b', 'a*b', true, 'escaped star'],
    ['a\\*b', 'ab', false, 'is a star only'],
    ['a\\\\', 'a\\', true, 'escaped backslash'],
    ['.*', '.foo', true, 'dot is a dot'],
    ['.*', 'foo', false, 'and no wildcard'],
    ['abc.def', 'abcZdef', false, 'dot is a dot inside'],
    ['**/.foo', 'bar.foo', false, 'a whole part'],
    ['a(b)c/def', 'a(b)c/def', true, 'parentheses are themselves'],
    ['a.|)$(}+{bc', 'a.|)$(}+{bc', true, 'so is all else that regular expressions know'],
    ['dist/*.whl', 'dist/a.py-2.4.0rc3.dev36+g08-py3-none-any.whl', true, 'plus signs in names'],
    ['**.py[co]', 'foo.pyc', false, 'double star without a slash stands for whole directories'],
    ['**/*.py[cod]', 'a/foo.pyd', true, 'the emitted form'],
    ['/docs/', 'docs/a', true, 'leading and trailing slashes go'],
    ['./docs/../src', 'src/a', true, 'paths are cleaned'],
    ['  docs  ', 'docs', true, 'white space goes'],
    ['Docs', 'docs', false, 'case counts'],
    ['*', '.', false, 'the context itself is never left out'],
  ])('%j on %j is %j: %s', (pattern, path, isIgnored) => {
    expect(ignoreMatcher([pattern]).isIgnored(path)).toBe(isIgnored);
  });
});

describe('several patterns', () => {
  test.each([
    [['**', '!util/docker/web'], 'util/docker/web/foo', false, 'exception for a parent'],
    [['**', '!util/docker/web', 'util/docker/web/foo'], 'util/docker/web/foo', true, 'the last one wins'],
    [['**', '!dist/*.whl'], 'dist/a-1.whl', false, 'exception with a wildcard'],
    [['docs', '!docs/README.md'], 'docs/README.md', false, 'exception below a directory'],
    [['docs', '!docs/README.md'], 'docs/a.md', true, 'its neighbour stays out'],
    [['!a.go', '*.go'], 'a.go', true, 'an exception before its rule is none'],
    [['d/*', '!d'], 'd/f', false, 'an exception for the directory holds below it'],
  ])('%j on %j is %j: %s', (patterns, path, isIgnored) => {
    expect(ignoreMatcher(patterns).isIgnored(path)).toBe(isIgnored);
  });

  test('a directory without exceptions below it need not be entered', () => {
    const matcher = ignoreMatcher(['*', '!src/**/*.py', '!a*/keep', '!README.md']);
    expect(matcher.mayContainIncluded('src')).toBe(true);
    expect(matcher.mayContainIncluded('src/deep')).toBe(true);
    expect(matcher.mayContainIncluded('abc')).toBe(true);
    expect(matcher.mayContainIncluded('data')).toBe(false);
    expect(matcher.mayContainIncluded('README.md')).toBe(true);
  });

  test('what is included lies below directories that may contain it', () => {
    const part = fc.constantFrom('a', 'b', 'ab', 'c.txt', '.x');
    const path = fc.array(part, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('/'));
    const glob = fc.constantFrom('a', 'b', '*', 'a*', '?', '**', '[ab]', 'c.txt', '*.txt');
    const pattern = fc
      .tuple(fc.constantFrom('', '!'), fc.array(glob, { minLength: 1, maxLength: 3 }))
      .map(([sign, parts]) => sign + parts.join('/'))
      .filter((text) => !/^!.*\/\*\/\*\*$/.test(text));
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 5 }), path, (patterns, file) => {
        const matcher = ignoreMatcher(patterns);
        if (matcher.isIgnored(file)) return;
        const parts = file.split('/');
        for (let depth = 1; depth < parts.length; depth += 1) {
          expect(matcher.mayContainIncluded(parts.slice(0, depth).join('/'))).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('refused patterns', () => {
  test.each([
    ['[]a]', 'an empty class'],
    ['[-]', 'a range without start'],
    ['[x-]', 'a range without end'],
    ['[a-b-c]', 'a range of a range'],
    ['[', 'an open class'],
    ['a[', 'an open class at the end'],
    ['[^bc', 'an open negated class'],
    ['\\', 'nothing to escape'],
    ['[Local-Only]/', 'a range that runs backwards'],
    ['!', 'an exception of nothing'],
  ])('%j: %s', (pattern) => {
    expect(() => ignoreMatcher([pattern])).toThrow(/syntax error in pattern|illegal exclusion/);
    expect(() => parseDockerignore(`a\n\n${pattern}\n`, 'x/.dockerignore')).toThrow(/^x\/\.dockerignore:3: /);
  });
});

test('a file is read with comments, byte-order mark, blank lines and Windows line ends', () => {
  const text = '\uFEFF# comment\r\n.git\r\n\r\n  # no comment\r\n ! /keep/ \r\n/\r\n\\#x';
  expect(parseDockerignore(text)).toEqual([
    { pattern: '.git', isException: false, line: 2 },
    { pattern: '# no comment', isException: false, line: 4 },
    { pattern: 'keep', isException: true, line: 5 },
    { pattern: '/', isException: false, line: 6 },
    { pattern: '\\#x', isException: false, line: 7 },
  ]);
});
