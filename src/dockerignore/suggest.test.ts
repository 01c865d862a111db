import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type IgnoreFacts,
  ignoreMatcher,
  mergeDockerignore,
  parseDockerignore,
  suggestIgnores,
} from './index.ts';

const file = (path: string, sizeBytes = 1000): { path: string; sizeBytes: number } => ({ path, sizeBytes });

function advise(
  paths: readonly { path: string; sizeBytes: number }[],
  facts: Partial<IgnoreFacts> = {},
): ReturnType<typeof suggestIgnores> {
  return suggestIgnores({
    files: paths,
    patterns: [],
    copiedSources: ['.'],
    isNeeded: () => undefined,
    ...facts,
  });
}

const patternsOf = (advice: ReturnType<typeof suggestIgnores>): readonly string[] =>
  advice.suggestions.map(({ pattern }) => pattern);

describe('suggestions', () => {
  test('name what is there, and nothing else', () => {
    const files = ['app.py', 'requirements.txt', 'README.md', 'src/build.py', 'LICENSE'].map((path) =>
      file(path),
    );
    expect(advise(files)).toEqual({ suggestions: [], kept: [] });
  });

  test.each([
    ['.git/HEAD', '**/.git', 'version control'],
    ['a/__pycache__/x.pyc', '**/__pycache__', 'the cache directory covers its files'],
    ['x.pyc', '**/*.py[cod]', 'stray byte code'],
    ['env/pyvenv.cfg', 'env', 'a virtual environment by its marker, not by its name'],
    ['env/conda-meta/history', 'env', 'a conda environment'],
    ['web/node_modules/a/index.js', '**/node_modules', 'installed by npm'],
    ['.env', '**/.env', 'secrets'],
    ['conf/.env.local', 'conf/.env.local', 'a variant by its path'],
    ['deploy/id_rsa', 'deploy/id_rsa', 'a key'],
    ['.vscode/settings.json', '**/.vscode', 'editor'],
    ['x.egg-info/PKG-INFO', '**/*.egg-info', 'package metadata'],
    ['dist/x-1.whl', 'dist', 'built packages'],
    ['build/lib/x.py', 'build', 'setuptools output'],
    ['notes/a.ipynb', '**/*.ipynb', 'notebooks'],
    ['tests/data/x.json', 'tests', 'tests'],
    ['docs/index.md', 'docs', 'documentation'],
    ['logs/a.log', '**/*.log', 'logs'],
    ['docker-compose.prod.yml', 'docker-compose.prod.yml', 'compose'],
    ['gpu.Dockerfile', 'gpu.Dockerfile', 'another Dockerfile'],
    ['.github/workflows/ci.yml', '.github', 'continuous integration'],
    ['.plimsoll/lean/Dockerfile', '.plimsoll', 'files of this program'],
  ])('%s gives %s: %s', (path, pattern) => {
    const advice = advise([file('app.py'), file(path)]);
    expect(patternsOf(advice)).toEqual([pattern]);
    const matcher = ignoreMatcher([pattern]);
    expect([matcher.isIgnored(path), matcher.isIgnored('app.py')]).toEqual([true, false]);
  });

  test.each([
    ['.env.example', 'a template holds no secret'],
    ['dist/index.html', 'a directory that is served'],
    ['build/Makefile', 'a directory that builds'],
    ['testing/helpers.py', 'testing is often a package of its own'],
    ['small.csv', 'too small to matter'],
  ])('%s stays: %s', (path) => {
    expect(patternsOf(advise([file(path)]))).toEqual([]);
  });

  test('data goes by directory where all of it is data, else by file, with its size', () => {
    const advice = advise([
      file('data/train.csv', 90e6),
      file('data/deep/labels.npy', 10e6),
      file('src/app.py'),
      file('src/weights.pt', 5e6),
      file('[old] run!/x.zip', 2e6),
    ]);
    expect(
      advice.suggestions.map(({ pattern, sizeBytes, fileCount }) => [pattern, sizeBytes, fileCount]),
    ).toEqual([
      ['data', 100e6, 2],
      ['src/weights.pt', 5e6, 1],
      ['\\[old\\] run!', 2e6, 1],
    ]);
    expect(ignoreMatcher(patternsOf(advice)).isIgnored('[old] run!/x.zip')).toBe(true);
  });

  test('several large files of one extension share a pattern, unless it would take more', () => {
    const large = ['a', 'b', 'c'].map((name) => file(`src/${name}.csv`, 2e6));
    expect(patternsOf(advise([file('src/app.py'), ...large]))).toEqual(['src/*.csv']);
    expect(patternsOf(advise([file('src/app.py'), file('src/small.csv'), ...large]))).toEqual([
      'src/a.csv',
      'src/b.csv',
      'src/c.csv',
    ]);
  });

  test('a path of any characters gets a pattern that a file can hold and that matches it', () => {
    const name = fc.string({ unit: fc.constantFrom(...'ab*?[]\\!#^- {}()+.$|\n\t😀'), maxLength: 8 });
    fc.assert(
      fc.property(name, (start) => {
        const path = `${start}.pem`;
        const patterns = patternsOf(advise([file(path), file('app.py')]));
        const read = parseDockerignore(mergeDockerignore('', advise([file(path)]).suggestions));
        expect(read.length).toBe(1);
        expect([patterns.length, ignoreMatcher(read).isIgnored(path)]).toEqual([1, true]);
      }),
      { numRuns: 1000 },
    );
  });

  test('every file counts once, and the sizes of all add up', () => {
    const files = [
      file('.venv/pyvenv.cfg', 5),
      file('.venv/lib/tests/__pycache__/a.pyc', 7),
      file('tests/b.pyc', 11),
    ];
    const sizes = advise(files).suggestions.map(({ sizeBytes }) => sizeBytes);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(23);
  });
});

describe('what stays', () => {
  test.each([
    ['tests/a.py', ['tests/'], 'the directory is copied by name'],
    ['tests/data/a.py', ['tests/data'], 'a part of the directory is copied'],
    ['src/tests/a.py', ['src'], 'content below a copied directory'],
    ['dist/x-1.whl', ['dist/*.whl'], 'by a wildcard'],
    ['.env', ['.env'], 'even a secret: the Dockerfile asks for it'],
    ['docs/a.md', ['./docs/a.md', '.'], 'beside the whole context'],
  ])('%s with COPY %j: %s', (path, copiedSources) => {
    const advice = advise([file(path)], { copiedSources });
    expect(patternsOf(advice)).toEqual([]);
    expect(advice.kept[0]?.reason).toMatch(/^the Dockerfile copies /);
  });

  test('caches go even below a directory that is copied by name', () => {
    expect(patternsOf(advise([file('src/__pycache__/a.pyc')], { copiedSources: ['src/'] }))).toEqual([
      '**/__pycache__',
    ]);
  });

  test('an exception of the ignore file is a wish', () => {
    const patterns = parseDockerignore('*.csv\n!data/keep.csv\n');
    const advice = advise([file('data/keep.csv', 5e6)], { patterns });
    expect(patternsOf(advice)).toEqual([]);
    expect(advice.kept).toEqual(
      [{ path: 'data', kind: 'data', reason: 'the ignore file takes !data/keep.csv back in' }].map((one) => ({
        ...one,
        path: 'data/keep.csv',
      })),
    );
  });

  test('what the code names stays, its neighbours go', () => {
    const files = [file('models/a.pt', 5e6), file('models/old.pt', 7e6)];
    const isNeeded = (path: string): string | undefined =>
      path === 'models/a.pt' ? 'app.py:3 opens it' : undefined;
    const advice = advise(files, { isNeeded });
    expect(patternsOf(advice)).toEqual(['models/old.pt']);
    expect(advice.kept).toEqual([{ path: 'models/a.pt', kind: 'data', reason: 'app.py:3 opens it' }]);
  });

  test('a directory that the code names stays whole', () => {
    const files = [file('models/a.pt', 5e6), file('models/old.pt', 7e6)];
    const isNeeded = (path: string): string | undefined =>
      path === 'models' ? 'app.py:3 lists it' : undefined;
    expect(patternsOf(advise(files, { isNeeded }))).toEqual([]);
  });

  test('one needed notebook makes the others go by their paths', () => {
    const files = [file('a.ipynb'), file('nb/b.ipynb')];
    const isNeeded = (path: string): string | undefined =>
      path === 'a.ipynb' ? 'run.sh runs it' : undefined;
    expect(patternsOf(advise(files, { isNeeded }))).toEqual(['nb/b.ipynb']);
  });

  test('version control stays when a build asks for it', () => {
    const isNeeded = (path: string): string | undefined => (path === '.git' ? 'setuptools-scm' : undefined);
    expect(patternsOf(advise([file('.git/HEAD')], { isNeeded }))).toEqual([]);
  });
});

describe('merging', () => {
  const suggestions = [
    { pattern: '**/.git', reason: 'history', sizeBytes: 5e6 },
    { pattern: 'tests', reason: 'tests', sizeBytes: 1000 },
  ];

  test('keeps the lines that are there, and is done after the first time', () => {
    const merged = mergeDockerignore('# mine\r\n/tests/\r\n!keep', suggestions);
    expect(merged).toBe(
      '# mine\r\n/tests/\r\n!keep\r\n\r\n# Not needed in the image (plimsoll ignore)\r\n# history (5.00 MB)\r\n**/.git\r\n',
    );
    expect(mergeDockerignore(merged, suggestions)).toBe(merged);
  });

  test('starts a file', () => {
    expect(mergeDockerignore('', suggestions.slice(1))).toBe(
      '# Not needed in the image (plimsoll ignore)\n# tests (1.00 kB)\ntests\n',
    );
  });

  test('nothing to add leaves every byte', () => {
    expect(mergeDockerignore('\uFEFFtests  \n\n\n', suggestions.slice(1))).toBe('\uFEFFtests  \n\n\n');
  });
});
