import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requestedOf, subjectOf, usesOf } from './fixtures/subject-of.ts';
import { type DepsReport, type DepsSubject, describeDependencies, type ImportPlace } from './index.ts';

const web = {
  uvicorn: {
    requires: ['click', 'h11', 'uvloop; extra == "standard"'],
    entryPoints: { console_scripts: ['uvicorn'] },
  },
  fastapi: { requires: ['starlette', 'pydantic'] },
  click: {},
  h11: {},
  uvloop: { sizeBytes: 5_000_000 },
  starlette: { requires: ['anyio'] },
  pydantic: {},
  anyio: {},
};

function rowOf(report: DepsReport, name: string) {
  return report.distributions.find((row) => row.name === name);
}

function kindsOf(report: DepsReport): readonly string[] {
  return report.findings.map(
    ({ kind, severity, distributions }) => `${severity} ${kind}: ${distributions.join(' ')}`,
  );
}

describe('what each costs', () => {
  test('with what only it brings; an extra leaves with its distribution', () => {
    const report = describeDependencies(
      subjectOf(web, {
        requested: requestedOf(['fastapi', 'uvicorn[standard]', 'click']),
        uses: usesOf({ imports: { 'app.py': ['fastapi'] }, started: ['uvicorn'] }),
      }),
    );
    // click is asked for by name, too.
    expect(rowOf(report, 'uvicorn')).toMatchObject({
      ownBytes: 1e6,
      withDependenciesBytes: 7e6,
      exclusive: ['h11', 'uvloop'],
    });
    expect(rowOf(report, 'fastapi')?.exclusive).toEqual(['anyio', 'pydantic', 'starlette']);
    expect(rowOf(report, 'anyio')).toMatchObject({
      heldBy: 'starlette',
      path: ['fastapi', 'starlette', 'anyio'],
    });
    expect(report.distributions[0]?.name).toBe('uvicorn');
    expect(report.total).toEqual({ distributions: 8, ownBytes: 12e6 });
  });

  test('why it is there: the shortest way from a requirement and its line', () => {
    const report = describeDependencies(
      subjectOf(web, { requested: [...requestedOf(['uvicorn[standard]', 'fastapi'])] }),
    );
    expect(rowOf(report, 'uvloop')).toMatchObject({
      path: ['uvicorn[standard]', 'uvloop'],
      requestedAt: 'requirements.txt:1',
    });
    expect(rowOf(report, 'fastapi')).toMatchObject({
      path: ['fastapi'],
      requestedAt: 'requirements.txt:2',
      isRequested: true,
    });
  });

  test('in a graph of any shape it is what is reached no more without it', () => {
    const edges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 20 });
    fc.assert(
      fc.property(edges, fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 3 }), (pairs, roots) => {
        const names = Array.from({ length: 8 }, (_, at) => `d${at}`);
        const requires = (at: number): string[] =>
          pairs.flatMap(([a, b]) => (a === at && a !== b ? [`d${b}`] : []));
        const report = describeDependencies(
          subjectOf(Object.fromEntries(names.map((name, at) => [name, { requires: requires(at) }])), {
            requested: requestedOf(roots.map((at) => `d${at}`)),
          }),
        );
        // By hand: a walk from all beginnings that passes one by.
        const begin = report.distributions.filter(({ isRequested }) => isRequested).map(({ name }) => name);
        const walk = (without: string | undefined): Set<string> => {
          const seen = new Set<string>();
          const go = (name: string): void => {
            if (name === without || seen.has(name)) return;
            seen.add(name);
            for (const next of requires(Number(name.slice(1)))) go(next);
          };
          for (const name of begin) go(name);
          return seen;
        };
        expect([...walk(undefined)].sort()).toEqual(names);
        for (const name of names) {
          const left = walk(name);
          expect(rowOf(report, name)?.exclusive).toEqual(
            names.filter((one) => one !== name && !left.has(one)),
          );
        }
      }),
      { numRuns: 100 },
    );
  });

  test('who requires an extra requires its distribution, which is then no beginning of its own', () => {
    const report = describeDependencies(
      subjectOf({
        api: { requires: ['bleach[css]'] },
        bleach: { requires: ['tinycss2; extra == "css"'] },
        tinycss2: {},
      }),
    );
    expect(report.distributions.filter(({ isRequested }) => isRequested).map(({ name }) => name)).toEqual([
      'api',
    ]);
    expect(rowOf(report, 'tinycss2')).toMatchObject({
      path: ['api', 'bleach[css]', 'tinycss2'],
      heldBy: 'bleach',
    });
  });

  test('an image without requirements files: marks, then extras whose parts are all there, then what nobody requires', () => {
    const report = describeDependencies(
      subjectOf(
        {
          ...web,
          uvicorn: { ...web.uvicorn, isMarked: true },
          stray: {},
          ring: { requires: ['gnir'] },
          gnir: { requires: ['ring'] },
        },
        { kind: 'image' },
      ),
    );
    expect(rowOf(report, 'uvloop')).toMatchObject({ path: ['uvicorn[standard]', 'uvloop'] });
    expect(
      report.distributions
        .filter(({ isRequested }) => isRequested)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['fastapi', 'gnir', 'stray', 'uvicorn']);
  });
});

describe('what each is there for', () => {
  const cases: readonly (readonly [string, string, string, Partial<DepsSubject>])[] = [
    [
      'imported by the application',
      'used',
      'app.py:1 imports tool',
      { uses: usesOf({ imports: { 'app.py': ['tool'] } }) },
    ],
    ['started by the container', 'used', 'Dockerfile starts tool', { uses: usesOf({ started: ['tool'] }) }],
    [
      'imported by tests only',
      'development',
      'tests/a.py:1 imports tool',
      { uses: usesOf({ imports: { 'tests/a.py': ['tool'] } }) },
    ],
    [
      'listed for development',
      'development',
      'requirements-dev.txt lists it',
      { requested: requestedOf(['tool'], 'requirements-dev.txt') },
    ],
    ['nothing at all', 'unused', 'no code imports it', {}],
    [
      'named in a string',
      'doubtful',
      'settings.py:3 names it in a string',
      { uses: usesOf({ strings: new Map([['tool', 'settings.py:3']]) }) },
    ],
    [
      'a program that imports by name',
      'doubtful',
      'load.py:9 imports what only',
      { uses: usesOf({ dynamicImports: ['load.py:9'] }) },
    ],
    [
      'imported by another distribution',
      'doubtful',
      'other imports it without requiring it',
      { importedWithin: new Map([['tool', ['other']]]) },
    ],
    ['no code to judge by', 'unknown', 'no code of an application', { uses: usesOf({ fileCount: 0 }) }],
  ];
  test.each(cases)('%s: %s', (_, use, evidence, given) => {
    const report = describeDependencies(
      subjectOf({ tool: {} }, { requested: requestedOf(['tool']), ...given }),
    );
    expect(rowOf(report, 'tool')?.use).toBe(use);
    expect(rowOf(report, 'tool')?.evidence.join('; ')).toContain(evidence);
  });

  test.each([
    [{ entryPoints: { 'fsspec.specs': ['tool'] } }, 'it registers plugins (fsspec.specs)'],
    [{ paths: ['tool.pth', 'tool/__init__.py'] }, 'tool.pth runs whenever Python starts'],
    [{ paths: ['tool.libs/libx.a'] }, 'it holds no modules'],
  ])('%j is no proof of anything: %s', (spec, doubt) => {
    const report = describeDependencies(subjectOf({ tool: spec }, { requested: requestedOf(['tool']) }));
    expect(rowOf(report, 'tool')).toMatchObject({ use: 'doubtful' });
    expect(report.findings.find(({ kind }) => kind === 'unused')?.doubts.join()).toContain(doubt);
  });

  test('an optional part of another one may be used by that; of its test extra it is not', () => {
    const pandas = {
      requires: ['openpyxl; extra == "excel"', 'hypothesis; extra == "test"', 'green-eggs; extra == "test"'],
    };
    const report = describeDependencies(
      subjectOf(
        { pandas, openpyxl: {}, 'green-eggs': {} },
        {
          requested: requestedOf(['pandas', 'openpyxl', 'green-eggs']),
          uses: usesOf({ imports: { 'app.py': ['pandas'] } }),
        },
      ),
    );
    expect(rowOf(report, 'openpyxl')).toMatchObject({ use: 'doubtful' });
    expect(rowOf(report, 'openpyxl')?.evidence.join()).toContain('pandas[excel]');
    expect(rowOf(report, 'green-eggs')).toMatchObject({ use: 'unused' });
  });

  test('what is used keeps what it requires, also what tools require; what only tools bring goes with them', () => {
    const report = describeDependencies(
      subjectOf(
        {
          api: { requires: ['packaging', 'pytest'] },
          packaging: {},
          pytest: { requires: ['pluggy', 'packaging'] },
          black: { requires: ['pathspec', 'packaging'] },
          pluggy: {},
          pathspec: {},
        },
        {
          requested: requestedOf(['api', 'pytest', 'black', 'pathspec']),
          uses: usesOf({ imports: { 'app.py': ['api'] } }),
        },
      ),
    );
    const uses = Object.fromEntries(report.distributions.map(({ name, use }) => [name, use]));
    expect(uses).toEqual({
      api: 'used',
      packaging: 'required',
      pytest: 'required',
      pluggy: 'required',
      black: 'development',
      pathspec: 'development',
    });
    expect(report.lean).toEqual({ distributions: 4, ownBytes: 4e6 });
  });

  test('a module of another one that needs a tool at run time keeps the tool', () => {
    const report = describeDependencies(
      subjectOf(
        { torch: {}, tensorboard: {} },
        {
          requested: requestedOf(['torch', 'tensorboard']),
          uses: usesOf({ imports: { 'train.py': ['torch.utils.tensorboard'] } }),
        },
      ),
    );
    expect(rowOf(report, 'tensorboard')).toMatchObject({ use: 'used' });
  });

  test('of a namespace package the distribution counts that holds the module', () => {
    const google = (name: string, path: string) => [name, { modules: ['google'], paths: [path] }] as const;
    const report = describeDependencies(
      subjectOf(
        Object.fromEntries([
          google('google-cloud-storage', 'google/cloud/storage/__init__.py'),
          google('google-cloud-vision', 'google/cloud/vision/__init__.py'),
          google('protobuf', 'google/protobuf/__init__.py'),
        ]),
        {
          requested: requestedOf(['google-cloud-storage', 'google-cloud-vision', 'protobuf']),
          uses: usesOf({ imports: { 'app.py': [{ module: 'google.cloud', names: ['storage'] }] } }),
        },
      ),
    );
    const used = report.distributions.filter(({ use }) => use === 'used').map(({ name }) => name);
    expect(used).toEqual(['google-cloud-storage']);
  });
});

test.each<[string, readonly string[], Partial<DepsSubject>, string]>([
  ['no window is opened', ['opencv-python', 'opencv-python-headless'], {}, 'opencv-python-headless'],
  ['windows are opened', ['opencv-python', 'opencv-python-headless'], { uses: usesOf({ calls: new Map([['imshow', 'app.py:2']]) }) }, 'opencv-python'],
  ['there is no GPU', ['onnxruntime', 'onnxruntime-gpu'], {}, 'onnxruntime'],
  ['there is a GPU', ['onnxruntime', 'onnxruntime-gpu'], { target: { device: 'gpu', evidence: '' } }, 'onnxruntime-gpu'],
  ['there is a GPU', ['tensorflow', 'tensorflow-cpu'], { target: { device: 'gpu', evidence: '' } }, 'tensorflow'],
])('of twins it keeps the one that serves where %s: %j', (_case, names, given, kept) => {
  const subject = subjectOf(Object.fromEntries(names.map((name) => [name, {}])), {
    requested: requestedOf(names.map((name) => `${name}==1.0`)),
    ...given,
  });
  const finding = describeDependencies(subject).findings.find(({ kind }) => kind === 'same-purpose');
  expect(finding?.remedy).toMatch(new RegExp(`^keep ${kept}, `));
}); // biome-ignore format: a table

describe('what may be used without a sign', () => {
  const useOf = (uses: DepsSubject['uses'], name: string) => {
    const subject = subjectOf(
      { fastapi: {}, 'python-multipart': {}, celery: { entryPoints: { console_scripts: ['celery'] } } },
      { requested: requestedOf(['fastapi==1.0', 'python-multipart==1.0', 'celery==1.0']), uses },
    );
    const row = describeDependencies(subject).distributions.find((one) => one.name === name);
    return [row?.use, row?.evidence.at(-1)];
  };

  test.each<[string, Partial<ImportPlace>, string, string]>([
    ['all of a module', { names: [], takesAll: true }, 'doubtful', 'app.py:1 takes all of fastapi: forms and uploads are read with it'],
    ['other names', { names: ['FastAPI'] }, 'doubtful', 'fastapi may use it: needed by forms'],
  ])('an import that takes %s', (_case, place, use, reason) => {
    const uses = usesOf({ imports: { 'app.py': [{ module: 'fastapi', ...place }] } });
    expect(useOf(uses, 'python-multipart')).toEqual([use, expect.stringContaining(reason)]);
  });

  test('a script that nothing is seen to start', () => {
    const uses = usesOf({ imports: { 'app.py': ['fastapi'] }, mayStart: new Map([['celery', 'worker.sh:3']]) });
    expect(useOf(uses, 'celery')).toEqual([
      'doubtful',
      'worker.sh:3 starts celery, and whoever starts that script is not seen',
    ]);
    expect(useOf(usesOf({ imports: { 'app.py': ['fastapi'] } }), 'celery')).toEqual(['unused', 'no code imports it']);
  });
}); // biome-ignore format: a table

describe('findings', () => {
  const used = (...modules: readonly string[]) => ({ uses: usesOf({ imports: { 'app.py': modules } }) });

  test.each<[string, DepsSubject, readonly string[]]>([
    [
      'an import that nothing provides',
      subjectOf({ a: {} }, { requested: requestedOf(['a==1.0']), ...used('a', 'cv2') }),
      ['error missing-distribution: opencv-python'],
    ],
    [
      'an import that another installer answers',
      subjectOf(
        { a: {} },
        {
          requested: requestedOf(['a==1.0']),
          ...used('a', 'numpy.linalg', 'sklearn.svm', 'torch', 'other'),
          broughtByOthers: new Set(['numpy', 'scikit-learn', 'pytorch', 'torch']),
        },
      ),
      ['error missing-distribution: other'],
    ],
    [
      'an import that may fail is none',
      subjectOf(
        { a: {} },
        {
          requested: requestedOf(['a==1.0']),
          uses: usesOf({ imports: { 'app.py': ['a', { module: 'b', isNeeded: false }] } }),
        },
      ),
      [],
    ],
    [
      'a requirement that is not met',
      subjectOf(
        { a: { requires: ['b>=2'] }, b: {} },
        { kind: 'image', requested: requestedOf(['a==1.0']), ...used('a') },
      ),
      ['error unmet-requirement: a b'],
    ],
    [
      'all that one distribution lacks in one finding, what does not fit apart',
      subjectOf(
        { a: { requires: ['b', 'c>=2', 'd>=2'] }, d: {}, e: { requires: ['b'] } },
        { requested: requestedOf(['a==1.0', 'e==1.0']), ...used('a'), ...used('a', 'e') },
      ),
      [
        'warning unmet-requirement: a b c',
        'warning unmet-requirement: e b',
        'warning unmet-requirement: a d',
      ],
    ],
    [
      'a release that was taken back',
      subjectOf(
        { a: {} },
        { requested: requestedOf(['a==1.0']), ...used('a'), yanked: new Map([['a', 'broken']]) },
      ),
      ['warning yanked: a'],
    ],
    [
      'twins by the table',
      subjectOf(
        { 'opencv-python': {}, 'opencv-python-headless': {} },
        {
          requested: requestedOf(['opencv-python==1', 'opencv-python-headless==1']),
          uses: usesOf({ imports: { 'app.py': ['opencv_python', 'opencv_python_headless'] } }),
        },
      ),
      ['warning same-purpose: opencv-python opencv-python-headless'],
    ],
    [
      'twins by their files',
      subjectOf(
        {
          a: { paths: ['x/1.py', 'x/2.py', 'x/3.py', 'a/__init__.py'] },
          b: { paths: ['x/1.py', 'x/2.py', 'x/3.py', 'b.py'] },
        },
        { requested: requestedOf(['a==1', 'b==1']), ...used('a', 'b') },
      ),
      ['warning overwritten-files: a b'],
    ],
    [
      'one shared file is none',
      subjectOf(
        { a: { paths: ['x/__init__.py', 'a.py'] }, b: { paths: ['x/__init__.py', 'b.py'] } },
        { requested: requestedOf(['a==1', 'b==1']), ...used('a', 'b') },
      ),
      [],
    ],
    [
      'a GPU build where nothing uses one',
      subjectOf(
        { torch: { requires: ['nvidia-cublas-cu12', 'triton'] }, 'nvidia-cublas-cu12': {}, triton: {} },
        { requested: requestedOf(['torch==1.0']), ...used('torch') },
      ),
      ['warning gpu-without-gpu: torch nvidia-cublas-cu12 triton'],
    ],
    [
      'a GPU build for a GPU',
      subjectOf(
        { torch: { requires: ['triton'] }, triton: {} },
        {
          requested: requestedOf(['torch==1.0']),
          ...used('torch'),
          target: { device: 'gpu', evidence: 'x' },
        },
      ),
      [],
    ],
    [
      'the smaller twin where no window is opened',
      subjectOf(
        { 'opencv-python': {} },
        { requested: requestedOf(['opencv-python==1.0']), ...used('opencv_python') },
      ),
      ['warning smaller-distribution: opencv-python'],
    ],
    [
      'but not where one is',
      subjectOf(
        { 'opencv-python': {} },
        {
          requested: requestedOf(['opencv-python==1.0']),
          uses: usesOf({
            imports: { 'app.py': ['opencv_python'] },
            calls: new Map([['imshow', 'app.py:4']]),
          }),
        },
      ),
      [],
    ],
    [
      'an import that nothing asks for',
      subjectOf({ a: { requires: ['b'] }, b: {} }, { requested: requestedOf(['a==1.0']), ...used('a', 'b') }),
      ['info unlisted-import: b'],
    ],
    [
      'versions that are left open',
      subjectOf({ a: {}, b: {} }, { requested: requestedOf(['a>=1', 'b==1.0']), ...used('a', 'b') }),
      ['info unpinned: a'],
    ],
  ])('%s', (_, subject, expected) => {
    expect(kindsOf(describeDependencies(subject))).toEqual(expected);
  });

  test('what development brings is counted once, and the remedy names the instruction', () => {
    const report = describeDependencies(
      subjectOf(
        {
          a: { requires: ['shared'] },
          pytest: { requires: ['pluggy', 'shared'] },
          black: { requires: ['pluggy'] },
          pluggy: {},
          shared: {},
        },
        {
          requested: [...requestedOf(['a==1']), ...requestedOf(['pytest', 'black'], 'requirements-dev.txt')],
          installs: [{ place: 'Dockerfile:3', file: 'requirements-dev.txt', production: 'requirements.txt' }],
          ...used('a'),
        },
      ),
    );
    const [finding] = report.findings;
    expect(finding).toMatchObject({
      kind: 'development',
      savedBytes: 3e6,
      distributions: ['black', 'pytest'],
    });
    expect(finding?.remedy).toMatch(
      /let Dockerfile:3 install requirements\.txt in place of requirements-dev\.txt/,
    );
  });
});

describe('the shortest list', () => {
  test('holds what is used and nobody else brings, with extras and versions; nothing of what is not used', () => {
    const report = describeDependencies(
      subjectOf(
        { ...web, black: {} },
        {
          requested: requestedOf(['fastapi', 'uvicorn[standard]', 'pydantic', 'black', 'h11']),
          uses: usesOf({ imports: { 'app.py': ['fastapi', 'pydantic'] }, started: ['uvicorn'] }),
        },
      ),
    );
    expect(report.minimal.map(({ text }) => text)).toEqual(['fastapi==1.0', 'uvicorn[standard]==1.0']);
    expect(report.broughtAlong).toMatchObject([
      { name: 'h11', by: 'uvicorn' },
      { name: 'pydantic', by: 'fastapi' },
    ]);
  });

  test('of a circle one stays', () => {
    const report = describeDependencies(
      subjectOf(
        { a: { requires: ['b'] }, b: { requires: ['a'] } },
        { requested: requestedOf(['a', 'b']), uses: usesOf({ imports: { 'app.py': ['a', 'b'] } }) },
      ),
    );
    expect(report.minimal.map(({ name }) => name)).toEqual(['b']);
  });

  test('what may be used stays on it', () => {
    const report = describeDependencies(
      subjectOf({ a: { entryPoints: { plugins: ['x'] } } }, { requested: requestedOf(['a']) }),
    );
    expect(report.minimal).toMatchObject([{ name: 'a' }]);
  });
});
