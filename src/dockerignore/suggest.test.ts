import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type IgnoreFacts,
  ignoreMatcher,
  mergeDockerignore,
  parseDockerignore,
  secretOf,
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
    ['kaggle.json', 'kaggle.json', 'an access token'],
    ['.cache/huggingface/model.bin', '**/.cache', 'downloads'],
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
      ['src/weights.pt', 5e6, 1],
      ['data', 100e6, 2],
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
    expect(advice.kept).toEqual([
      { path: 'models/a.pt', kind: 'model-weights', reason: 'app.py:3 opens it' },
    ]);
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

describe('exceptions of the ignore file keep their word', () => {
  const fixed = (text: string, paths: readonly { path: string; sizeBytes: number }[]): string => {
    const patterns = parseDockerignore(text);
    const matcher = ignoreMatcher(patterns);
    const files = paths.filter(({ path }) => !matcher.isIgnored(path));
    return mergeDockerignore(text, advise(files, { patterns }).suggestions);
  };

  test('lines that would undo one go before it, the others to the end', () => {
    const text = '# mine\n*.tmp\n!logs/keep.log\n';
    expect(fixed(text, [file('x.log'), file('logs/keep.log'), file('.git/HEAD'), file('a/b.log')])).toBe(
      `# mine
*.tmp

# Not needed in the image (plimsoll ignore)
# logs (2.00 kB)
**/*.log

!logs/keep.log

# history of the version control (1.00 kB)
**/.git
`,
    );
  });

  test.each([
    ['*\n!app\n', 'app/__pycache__/a.pyc', true, 'debris of a directory that is let in'],
    ['*\n!app/**\n', 'app/__pycache__/a.pyc', true, 'however that is written'],
    ['*\n!app\n', 'app/tests/a.py', false, 'what else is in it is wanted'],
    ['.git\n!**/HEAD\n', '.git/HEAD', false, 'a file of debris that is asked for'],
    ['*.x\n!.git/HEAD\n', '.git/index', true, 'the debris around such a file'],
  ])('%j with %s: ignored afterwards %j, %s', (text, path, isIgnored) => {
    const matcher = ignoreMatcher(parseDockerignore(fixed(text, [file(path), file('.git/HEAD')])));
    expect(matcher.isIgnored(path)).toBe(isIgnored);
    expect(matcher.isIgnored('.git/HEAD')).toBe(!text.includes('HEAD') && text.startsWith('*\n'));
  });

  test('no merge changes what the exceptions that were there let in, now or later', () => {
    const paths = [
      '.env',
      'a/.env',
      'x.log',
      'logs/keep.log',
      'a/x.pyc',
      '.git/HEAD',
      'tests/a.py',
      'a.ipynb',
    ];
    const glob = fc.constantFrom(
      'a',
      '.env',
      '*',
      '*.log',
      'keep.log',
      'logs',
      '**',
      'tests',
      '.git',
      'H*',
      'x.pyc',
    );
    const line = fc.array(glob, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('/'));
    const lines = fc.array(
      fc.tuple(fc.constantFrom('', '!'), line).map((one) => one.join('')),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(lines, fc.subarray(paths, { minLength: 1 }), (given, present) => {
        const text = given.map((one) => `${one}\n`).join('');
        const patterns = parseDockerignore(text);
        const after = fixed(
          text,
          present.map((path) => file(path)),
        );
        expect(
          fixed(
            after,
            present.map((path) => file(path)),
          ),
        ).toBe(after);
        expect(after.split('\n').filter((one) => given.includes(one)).length).toBeGreaterThanOrEqual(
          given.length,
        );
        const wanted = patterns.filter(({ isException, pattern }) => isException && !/^[*/]*$/.test(pattern));
        const [before, now] = [ignoreMatcher(patterns), ignoreMatcher(parseDockerignore(after))];
        for (const path of paths) {
          const isAskedFor = wanted.some(({ pattern }) => matchesItself(pattern, path));
          if (isAskedFor && !before.isIgnored(path))
            expect([path, now.isIgnored(path)]).toEqual([path, false]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  function matchesItself(pattern: string, path: string): boolean {
    const parent = path.slice(0, path.lastIndexOf('/') + 1).replace(/\/$/, '');
    const isMatch = ignoreMatcher([pattern]).isIgnored(path);
    return (
      isMatch && !/\*\*?$/.test(pattern) && (parent === '' || !ignoreMatcher([pattern]).isIgnored(parent))
    );
  }
});

describe('merging keeps every byte', () => {
  const added = [{ pattern: 'data', reason: 'data', sizeBytes: 5 }];

  test.each([
    ['\uFEFFa\r\n', 'CRLF and a byte-order mark'],
    ['a\n\n\n\n', 'empty lines at the end'],
    ['  a  \n# b', 'no last line end'],
    ['\uFEFF', 'only a mark'],
  ])('%j: %s', (text) => {
    const merged = mergeDockerignore(text, added);
    expect(merged.startsWith(text)).toBe(true);
    expect(parseDockerignore(merged).map(({ pattern }) => pattern)).toEqual([
      ...parseDockerignore(text).map(({ pattern }) => pattern),
      'data',
    ]);
    expect(merged.replaceAll('\r\n', '').includes('\n')).toBe(!text.includes('\r\n'));
  });

  test('a line before the first one stays behind the mark', () => {
    const merged = mergeDockerignore('\uFEFF!data/keep\n', [
      { ...added[0], pattern: 'data', reason: 'data', sizeBytes: 5, beforeLine: 1 },
    ]);
    expect(parseDockerignore(merged).map(({ pattern }) => pattern)).toEqual(['data', 'data/keep']);
  });
});

describe('secrets', () => {
  test.each<[string, string | undefined, string | undefined, string]>([
    ['.env', 'TOKEN=x\n', 'environment file', 'a value'],
    ['.env', '# TOKEN=\nTOKEN=\n', undefined, 'names without values'],
    ['.env.production.example', 'TOKEN=x\n', undefined, 'a template'],
    ['certs/ca.pem', '-----BEGIN CERTIFICATE-----\n', undefined, 'a public certificate'],
    ['certs/tls.pem', '-----BEGIN RSA PRIVATE KEY-----\n', 'private key', 'a key in PEM'],
    ['tls.key', '\x30\x82\x04', 'private key', 'a key in DER'],
    ['talk.key', 'PK\x03\x04', undefined, 'a presentation'],
    ['.ssh/id_ed25519', undefined, 'private key', 'what cannot be read counts by its name'],
    ['deploy/kubeconfig', 'users:\n- user:\n    token: abc\n', 'cluster credentials', 'a cluster'],
    ['deploy/kubeconfig', 'clusters: []\n', undefined, 'without users'],
    ['.netrc', 'machine h login u password p', 'registry credentials', 'a password'],
    [
      'gcp-service-account.json',
      '{"private_key": "-----BEGIN PRIVATE KEY-----"}',
      'cloud credentials',
      'a robot',
    ],
    ['app/credentials.yaml', 'form: login\n', undefined, 'a name that says little'],
    ['.npmrc', 'registry=https://r.example\n', undefined, 'a setting'],
    ['.npmrc', '//r.example/:_authToken=abc\n', 'registry credentials', 'a token'],
    ['tests/data/server.key', '-----BEGIN PRIVATE KEY-----', undefined, 'published with the tests'],
    ['src/app.py', 'TOKEN=1', undefined, 'source'],
  ])('%s holding %j is %j: %s', (path, text, secret) => {
    expect(secretOf(path, text)).toBe(secret);
  });
});
