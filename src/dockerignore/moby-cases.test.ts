import { describe, expect, test } from 'vitest';
import { type IgnoreMatcher, ignoreMatcher, parseDockerignore, type WalkVerdict } from './index.ts';

/** Every case of moby/patternmatcher's tests (Linux), by pattern: the paths that it matches, itself or by a parent, and those that it does not. */
const cases: readonly [patterns: string | readonly string[], matched: string[], unmatched: string[]][] = [
  ['**', ['file', 'file/', '/', 'dir/file', 'dir/file/'], []],
  ['**/', ['file', 'file/', '/', 'dir/file', 'dir/file/'], []],
  ['**/**', ['dir/file', 'dir/file/'], []],
  ['dir/**', ['dir/file', 'dir/file/', 'dir/dir2/file', 'dir/dir2/file/'], ['dir']],
  ['**/dir', ['dir', 'dir/file'], []],
  ['**/dir2/*', ['dir/dir2/file', 'dir/dir2/file/'], ['dir2']],
  ['**/dir2/**', ['dir/dir2/dir3/file', 'dir/dir2/dir3/file/'], []],
  ['**file', ['file', 'dir/file', 'dir/dir/file'], []],
  ['**/file', ['dir/file', 'dir/dir/file'], []],
  ['**/file*', ['dir/dir/file', 'dir/dir/file.txt'], []],
  ['**/file*txt', ['dir/dir/file.txt'], []],
  ['**/file*.txt', ['dir/dir/file.txt'], []],
  ['**/file*.txt*', ['dir/dir/file.txt'], []],
  ['**/**/*.txt', ['dir/dir/file.txt', 'file.txt'], []],
  ['**/**/*.txt2', [], ['dir/dir/file.txt']],
  ['**/*.txt', ['file.txt'], []],
  ['a**/*.txt', ['a/file.txt', 'a/dir/file.txt', 'a/dir/dir/file.txt'], []],
  ['a/*.txt', ['a/file.txt'], ['a/dir/file.txt']],
  ['a/*.txt**', ['a/file.txt'], []],
  ['a[b-d]e', ['ace'], ['ae', 'aae']],
  ['a[^b-d]e', ['aze'], []],
  ['.*', ['.foo'], ['foo']],
  ['abc.def', ['abc.def'], ['abcdef', 'abcZdef']],
  ['abc?def', ['abcZdef'], ['abcdef']],
  ['**/foo/bar', ['foo/bar', 'dir/foo/bar', 'dir/dir2/foo/bar'], []],
  ['abc/**', ['abc/def', 'abc/def/ghi'], ['abc']],
  ['**/.foo', ['.foo'], ['bar.foo']],
  ['a(b)c/def', ['a(b)c/def'], ['a(b)c/xyz']],
  ['a.|)$(}+{bc', ['a.|)$(}+{bc'], []],
  [
    'dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl',
    ['dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl'],
    [],
  ],
  ['dist/*.whl', ['dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl'], []],
  ['a\\\\', ['a\\'], []],
  ['a\\*b', ['a*b'], ['ab']],
  [['**', '!util/docker/web'], [], ['util/docker/web/foo']],
  [['**', '!util/docker/web', 'util/docker/web/foo'], ['util/docker/web/foo'], []],
  [['**', '!dist/proxy.py-2.4.0rc3.whl'], [], ['dist/proxy.py-2.4.0rc3.whl']],
  [['**', '!dist/*.whl'], [], ['dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl']],
  ['*', ['fileutils.go', 'abc'], ['.']],
  ['*.go', ['fileutils.go'], ['.']],
  [['!fileutils.go', '*.go'], ['fileutils.go'], []],
  [['*.go', '!fileutils.go'], [], ['fileutils.go']],
  [['docs', '!docs/README.md'], [], ['docs/README.md']],
  [['docs/', '!docs/README.md'], [], ['docs/README.md']],
  [['docs/*', '!docs/README.md'], [], ['docs/README.md']],
  [['docs', '  !docs/README.md'], ['docs/a'], ['docs/README.md']],
  [['docs', '!docs/README.md  '], ['docs/a'], ['docs/README.md']],
  [['docs', 'config', ''], ['docs', 'config'], ['a']],
  [[], [], ['any/path/there']],
  ['abc', ['abc'], []],
  ['*c', ['abc'], []],
  ['a*', ['a', 'abc', 'ab/c'], []],
  ['a*/b', ['abc/b'], ['a/c/b']],
  ['a*b*c*d*e*/f', ['axbxcxdxe/f', 'axbxcxdxexxx/f'], ['axbxcxdxe/xxx/f', 'axbxcxdxexxx/fff']],
  ['a*b?c*x', ['abxbbxdbxebxczzx'], ['abxbbxdbxebxczzy']],
  ['ab[c]', ['abc'], []],
  ['ab[b-d]', ['abc'], []],
  ['ab[e-g]', [], ['abc']],
  ['ab[^c]', [], ['abc']],
  ['ab[^b-d]', [], ['abc']],
  ['ab[^e-g]', ['abc'], []],
  ['a?b', ['a☺b'], ['a/b']],
  ['a[^a]b', ['a☺b'], []],
  ['a???b', [], ['a☺b']],
  ['a[^a][^a][^a]b', [], ['a☺b']],
  ['[a-ζ]*', ['α'], []],
  ['*[a-ζ]', [], ['A']],
  ['a*b', [], ['a/b']],
  ['[\\]a]', [']'], []],
  ['[\\-]', ['-'], []],
  ['[x\\-]', ['x', '-'], ['z']],
  ['[\\-x]', ['x', '-'], ['a']],
  ['*x', ['xxx'], []],
];

const flat = cases.flatMap(([patterns, matched, unmatched]) => {
  const list = typeof patterns === 'string' ? [patterns] : patterns;
  return [
    ...matched.map((path) => [list, path, true] as const),
    ...unmatched.map((path) => [list, path, false] as const),
  ];
});

describe('moby’s cases', () => {
  test.each(flat)('%j on %j is %j, asked for the path and walked to', (patterns, path, isMatch) => {
    const matcher = ignoreMatcher(patterns);
    // A bare `/` is no path of a context: only the question for it has an answer.
    expect(matcher.isIgnored(path === '/' ? 'x' : path)).toBe(isMatch);
    if (path !== '.' && path !== '/') expect(walkedTo(matcher, path.replace(/\/$/, ''))).toBe(isMatch);
  });

  test.each(['[]a]', '[-]', '[x-]', '[-x]', '\\', '[a-b-c]', '[', '[^', '[^bc', 'a[', '!', '[Local-Only]/'])(
    '%j is refused',
    (pattern) => {
      expect(() => ignoreMatcher([pattern])).toThrow(/syntax error in pattern|illegal exclusion/);
    },
  );
});

/** The verdict of a walk from the top. */
function walkedTo(matcher: IgnoreMatcher, path: string): boolean {
  let verdict: WalkVerdict | undefined;
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
    verdict = matcher.walkVerdict(path.slice(0, end), verdict);
  }
  return matcher.walkVerdict(path, verdict).isIgnored;
}

test('an exception for a directory that nothing leaves out: the walk that sends and the question differ, as moby’s do', () => {
  const matcher = ignoreMatcher(['**/*.md', '!docs']);
  expect([matcher.isIgnored('docs/a.md'), walkedTo(matcher, 'docs/a.md')]).toEqual([false, true]);
});

describe('what Go’s regular expressions make of a pattern', () => {
  test.each([
    ['[[:alpha:]]x', 'ax', true, 'a named class'],
    ['[[:alpha:]]x', ':x', false, 'and not its letters'],
    ['[[:digit:][:upper:]]', 'Q', true, 'two of them'],
    ['a[^z]c', 'a/c', true, 'a negated class takes a slash'],
    ['n*', 'n\nl', true, 'a star takes a line end'],
    ['n**/l*', 'n\n/l', false, 'two stars do not'],
    ['****', 'a\nb', false, 'nor four'],
    ['****', 'a\nb/😀', false, 'also before a character beyond 16 bits'],
    ['a|*b', 'ax', true, 'a bar parts alternatives, as moby does not escape it'],
    ['a|*b', 'xb', true, 'the other one'],
    ['a|b', 'a', false, 'but not where nothing else makes it an expression'],
    ['a{2}*', 'aa.x', true, 'braces repeat'],
    ['a{2}*', 'a{2}x', false, 'and are not themselves'],
    ['a{x}*', 'a{x}y', true, 'unless they hold no number'],
    ['{2}?', 'x', true, 'Go repeats even the start'],
    ['?^', 'x', false, 'an anchor'],
    ['a*[]]', 'ax]', true, 'a bracket that comes first is itself'],
    ['a*[\\d-]', 'ax-', true, 'so is a minus that comes last'],
    ['*[[:^alpha:]]', 'x1', true, 'all but a named class'],
    ['*[[:^alpha:]]', 'xy', false, 'without its letters'],
    ['?\\d', 'x1', true, 'an escaped d is a digit'],
    ['?\\D', 'x1', false, 'an escaped D is none'],
    ['\\Q*\\E', '[^/]', false, 'quoting covers what stands for a star'],
    ['\\x41', 'A', true, 'by number'],
    ['\\101', 'A', true, 'in octal'],
    ['\\pL*', 'é1', true, 'a letter'],
    ['\\p{Greek}*', 'α', true, 'a script'],
    ['\\a', 'a', false, 'an escaped a is the bell'],
    ['\uFEFFa*', 'ab', true, 'a byte-order mark that comes first is skipped'],
    ['\uFEFFa', 'a', false, 'not in a plain name'],
    ['a*\\', 'ab$', true, 'nobody looks behind a star that did not fit: the backslash escapes the end'],
  ])('%j on %j is %j: %s', (pattern, path, isIgnored) => {
    expect(ignoreMatcher([pattern]).isIgnored(path)).toBe(isIgnored);
  });

  test.each([
    ['[[:nonsense:]]', 'no such class'],
    ['\\☺', 'an escape beyond ASCII'],
    ['\\q', 'an escape without a meaning'],
    ['\\1', 'a reference back'],
    ['*{2}', 'a repeated star'],
    ['a{1001}*', 'more than Go repeats'],
    ['[a-\\]]', 'a range that runs backwards to an escape'],
    ['\\p{Klingon}*', 'no such script'],
    ['[.]\\', 'nothing to escape, behind what fits the name it is tried on'],
  ])('%j is refused: %s', (pattern) => {
    expect(() => ignoreMatcher([pattern])).toThrow(/syntax error/);
  });
});

describe('reading a file in moby’s two steps', () => {
  const read = (text: string): readonly string[] =>
    parseDockerignore(text).map(({ pattern, isException }) => (isException ? `!${pattern}` : pattern));

  test('the file of its test', () => {
    const text = 'test1\n/test2\n/a/file/here\n\nlastfile\n# this is a comment\n! /inverted/abs/path\n';
    expect(read(text)).toEqual(['test1', 'test2', 'a/file/here', 'lastfile', '!inverted/abs/path']);
    expect(() => read(`${text}!\n`)).toThrow(/^\.dockerignore:8: illegal exclusion/);
    expect(() => read(`${text}! `)).toThrow(/^\.dockerignore:8: illegal exclusion/);
  });

  test.each([
    ['./!x', ['!x'], 'the second step finds the mark'],
    ['/!x', ['!x'], 'also behind a slash'],
    ['!../../x', ['x'], 'a path that climbs swallows the mark'],
    ['/ x', ['x'], 'white space behind the slash'],
    ['a\n\uFEFFb', ['a', '\uFEFFb'], 'a byte-order mark counts at the start of the file only'],
    ['b/../src', ['src'], 'cleaned'],
    ['a\r\n\r\n', ['a'], 'Windows line ends'],
  ])('%j is %j: %s', (text, patterns) => {
    expect(read(text)).toEqual(patterns);
  });

  test.each([
    ['!/', /illegal exclusion/, 'nothing is left behind the mark'],
    [`#${'x'.repeat(65_536)}`, /too long/, 'even as a comment'],
  ])('%j is refused', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
