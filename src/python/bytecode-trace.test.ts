import { expect, test } from 'vitest';
import { sourceOf, tracedSources } from './index.ts';

test.each<[reason: string, line: string, sources: readonly string[]]>([
  ['a compiled module', "# code object from '/a/b/__pycache__/c.cpython-311.pyc'", ['a/b/c.py']],
  ['its source was looked at', '# /a/__pycache__/c.cpython-311.pyc matches /a/c.py', ['a/c.py']],
  ['a module without bytecode', "# code object from '/app/main.py'", ['app/main.py']],
  ['a line of a log before it', "\r# code object from '/a/__pycache__/c.cpython-311.pyc'\r", ['a/c.py']],
  ['a list of bytecode', '/a/__pycache__/c.cpython-312.opt-2.pyc', ['a/c.py']],
  ['a list without slashes', 'a/__pycache__/__init__.pypy310.pyc', ['a/__init__.py']],
  ['a list of sources', '/app/main.py', ['app/main.py']],
  ['a path with a space', '/my app/a.py', ['my app/a.py']],
  [
    'an import without a file',
    "import 'abc' # <_frozen_importlib_external.SourceFileLoader object at 0x7f>",
    [],
  ],
  ['what was not loaded', "# wrote '/a/__pycache__/c.cpython-311.pyc'", []],
  ['a comment in a list', '# /a/b.py', []],
  ['what the program says', 'INFO: started', []],
])('%s: %s', (_, line, sources) => {
  expect([...tracedSources(`${line}\n`)]).toEqual(sources);
});

test('a module that is told of twice counts once', () => {
  const text =
    "# /a/__pycache__/c.cpython-311.pyc matches /a/c.py\n# code object from '/a/__pycache__/c.cpython-311.pyc'\n";
  expect([...tracedSources(text)]).toEqual(['a/c.py']);
});

test('bytecode beside its source is a module of its own', () => {
  expect(sourceOf('a/only.pyc')).toBe('a/only.pyc');
});
