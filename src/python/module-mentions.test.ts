import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { moduleMentions } from './index.ts';

const inPackage = { packageName: 'pkg.sub' };

const cases: readonly [
  reason: string,
  text: string,
  imports: readonly string[],
  strings: readonly string[],
][] = [
  ['a module', 'import a.b', ['a.b'], []],
  ['several, renamed', 'import a.b as c, d', ['a.b', 'd'], []],
  ['names from a module', 'from a.tests import x as y, z', ['a.tests', 'a.tests.x', 'a.tests.z'], []],
  ['everything of a module', 'from a.tests import *', ['a.tests'], []],
  ['the own package', 'from . import tests', ['pkg.sub', 'pkg.sub.tests'], []],
  ['no space before import', 'from .import tests', ['pkg.sub', 'pkg.sub.tests'], []],
  ['a package above', 'from ..tests.data import x', ['pkg.tests.data', 'pkg.tests.data.x'], []],
  ['out of the top', 'from ....x import y', [], []],
  [
    'brackets over lines, a bracket in a comment',
    'from a import (b,  # not )\n  tests,\n)',
    ['a', 'a.b', 'a.tests'],
    [],
  ],
  ['a line that goes on', 'from a \\\n  import b, \\\n  c', ['a', 'a.b', 'a.c'], []],
  ['behind a colon', 'try: import a.tests\nexcept ImportError: pass', ['a.tests'], []],
  ['two on a line', 'import a; import b', ['a', 'b'], []],
  ['indented, lazily', 'def f():\n    from a import tests', ['a', 'a.tests'], []],
  ['Windows line ends', 'import a\r\nfrom b import c\r\n', ['a', 'b', 'b.c'], []],
  ['a comment', '# from a import tests\nx = 1', [], []],
  ['a docstring', '"""\nfrom a import tests\n"""', [], []],
  ['a string that names a module', 'import_module("a.tests.data")', [], ['a.tests.data']],
  ['a relative one', 'import_module(".tests", __package__)', [], ['pkg.sub.tests']],
  ['an entry point', '"a.tests:main"', [], ['a.tests']],
  ['a sentence', '"see a.tests for more"', [], []],
  ['an escaped quote', "'it\\'s' ; import a", ['a'], []],
  ['a raw string that ends with a backslash pair', "r'\\\\'\nimport a", ['a'], []],
  ['yield and raise from', 'def f():\n  yield from g()\n  raise A from b', [], []],
  ['a module called from', 'from_tests = 1\nimportant = 2', [], []],
];
test.each(cases)('%s: %j', (_, text, imports, strings) => {
  const found = moduleMentions(text, inPackage);
  expect([[...found.imports], [...found.strings]]).toEqual([imports, strings]);
});

describe('where it lies', () => {
  test('a file outside of packages has no relative imports', () => {
    expect([...moduleMentions('from .tests import x\nimport a', {}).imports]).toEqual(['a']);
  });
  test('bare names in an __init__ may be submodules, as lazy loaders list them', () => {
    const text = 'submodules = ["tests", "x y"]';
    expect([...moduleMentions(text, { packageName: 'a', isPackage: true }).strings]).toEqual(['a.tests']);
    expect([...moduleMentions(text, { packageName: 'a' }).strings]).toEqual([]);
  });
  test('a module at the top names itself without a dot', () => {
    expect([...moduleMentions('from . import tests', { packageName: '' }).imports]).toEqual(['', 'tests']);
  });
});

test('where quotes lose it, every dotted word counts', () => {
  const { strings } = moduleMentions('x = f"{a["it\'s"]}"\ny = load(pkg.tests.data)', inPackage);
  expect([...strings]).toContain('pkg.tests.data');
});

test('ends for any text, and finds an import behind any whole line of names and numbers', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      moduleMentions(text, inPackage);
    }),
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9 =+()[\].,]{0,40}$/), (line) => {
      expect([...moduleMentions(`${line}\nimport found.tests`, inPackage).imports]).toContain('found.tests');
    }),
  );
});

describe('what becomes of a file without a module', () => {
  test.each<[reason: string, text: string, margin: 'guarded' | 'lazy' | 'none']>([
    ['it fails', 'import a', 'none'],
    ['it fails in a condition', 'if x:\n    import a', 'none'],
    ['nothing', 'try:\n    import a\nexcept ImportError:\n    a = None', 'guarded'],
    ['nothing, on one line', 'try: import a\nexcept ImportError: a = None', 'guarded'],
    ['nothing, whatever the failure', 'try:\n    import a\nexcept:\n    pass', 'guarded'],
    [
      'nothing, one of several',
      'try:\n    import a\nexcept (KeyError, ModuleNotFoundError) as e:\n    pass',
      'guarded',
    ],
    ['another failure is taken', 'try:\n    import a\nexcept KeyError:\n    pass', 'none'],
    [
      'a second handler',
      'try:\n    import a\nexcept KeyError:\n    pass\nexcept ImportError:\n    pass',
      'guarded',
    ],
    [
      'it fails in other words',
      'try:\n    import a\nexcept ImportError as e:\n    raise RuntimeError from e',
      'none',
    ],
    ['it fails in other words, on one line', 'try:\n    import a\nexcept ImportError: raise', 'none'],
    ['it is a second choice', 'try:\n    import b\nexcept ImportError:\n    import a', 'none'],
    [
      'nothing, deep inside',
      'try:\n    if x:\n        # why\n        import a\nexcept ImportError:\n    pass',
      'guarded',
    ],
    ['nothing, suppressed', 'with contextlib.suppress(ImportError):\n    import a', 'guarded'],
    ['type checkers only', 'if TYPE_CHECKING:\n    import a', 'guarded'],
    ['it was asked for before', 'if is_a_available():\n    import a', 'guarded'],
    ['it was asked for before, upside down', 'if not is_a_available():\n    import a', 'none'],
    ['a call fails', 'def f():\n    import a', 'lazy'],
    ['a call fails, arguments over lines', 'def f(\n    x,\n) -> None:\n    import a', 'lazy'],
    [
      'a call fails, the function is tried',
      'try:\n    def f():\n        import a\nexcept ImportError:\n    pass',
      'lazy',
    ],
    [
      'nothing in a call',
      'def f():\n    try:\n        import a\n    except ImportError:\n        pass',
      'guarded',
    ],
    ['it fails in a class', 'class A:\n    import a', 'none'],
    ['a call and the file', 'def f():\n    import a\nimport a', 'none'],
    [
      'a call, and nothing elsewhere',
      'try:\n    import a\nexcept ImportError:\n    pass\ndef f():\n    import a',
      'lazy',
    ],
    [
      'it fails by another name of it',
      'try:\n    import a\nexcept ImportError:\n    pass\nm = import_module("a")',
      'none',
    ],
    ['imported by name in a call', 'def f():\n    m = import_module("a")', 'lazy'],
  ])('%s', (_, text, margin) => {
    const found = moduleMentions(text, { isWord: (word) => word === 'a' });
    expect([found.imports.has('a'), found.guarded.has('a'), found.lazy.has('a')]).toEqual([
      true,
      margin === 'guarded',
      margin === 'lazy',
    ]);
  });
});

test('a module that a string names is needed, however its imports are guarded', () => {
  const text = 'try:\n    import a.b\nexcept ImportError:\n    pass\nm = import_module("a.b")';
  expect([...moduleMentions(text, {}).guarded]).toEqual([]);
});

describe('strings', () => {
  test('that are a word asked for count by themselves', () => {
    const found = moduleMentions('x = "zmq"\ny = "zmq tornado"', { isWord: (word) => word === 'zmq' });
    expect([[...found.words], [...found.imports]]).toEqual([['zmq'], []]);
  });
  test.each(['"a.b" in sys.modules', '"a.b" not in modules', 'sys.modules["a.b"]', 'sys.modules.get("a.b")'])(
    '%s imports nothing',
    (text) => {
      expect([...moduleMentions(text, {}).strings]).toEqual([]);
    },
  );
  test.each([
    ['run(["git", "log"])', ['git', 'log']],
    ['run("A=1 /usr/bin/git log | head -1 && sudo make")', ['git', 'head', 'make']],
    ['log("say git and make")', ['say']],
  ])('%s may start %j', (text, programs) => {
    expect([...moduleMentions(text, { withPrograms: true }).programs]).toEqual(programs);
    expect([...moduleMentions(text, {}).programs]).toEqual([]);
  });
});
