import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { debianIndex, parseDebianIndex } from '../distro/index.ts';
import { parseDockerfile, resolveDockerfile } from '../dockerfile/index.ts';
import {
  baseImage,
  describeBase,
  describeDockerfileForForecast,
  type ForecastRequest,
  forecastImage,
  gatherForecastFacts,
  type MeasuredBase,
  summariseWheel,
  type WheelFacts,
} from './index.ts';

const request: ForecastRequest = {
  baseReference: 'python:3.11-slim-bookworm',
  aptPackages: [],
  aptWithRecommends: false,
  requirements: [],
  indexes: {},
  contextBytes: 0,
  python: { bytecode: 'all', withoutTests: false, withoutHeaders: false, isStripped: false },
};

const wheel: WheelFacts = {
  name: 'tiny',
  version: '1',
  isCachedByPip: true,
  contents: summariseWheel({
    wheelBytes: 40_000_000,
    files: [
      { path: 'tiny/a.py', sizeBytes: 10_000_000 },
      { path: 'tiny/tests/b.py', sizeBytes: 10_000_000 },
      { path: 'tiny/tests/data.bin', sizeBytes: 10_000_000 },
      { path: 'tiny/include/c.h', sizeBytes: 20_000_000 },
      { path: 'tiny/d.so.1', sizeBytes: 40_000_000 },
      { path: 'tiny/lib/libcudnn.so.9', sizeBytes: 10_000_000 },
    ],
  }),
};

describe('forecastImage', () => {
  const python = (changes: Partial<ForecastRequest['python']>) =>
    forecastImage({
      request: { ...request, python: { ...request.python, ...changes } },
      wheels: [wheel],
      missing: [],
      problems: [],
    }).rows.find((row) => row.group === 'python-dependencies');

  it.each([
    ['bytecode of everything', {}, 126.8],
    ['no bytecode', { bytecode: 'none' }, 100],
    ['traced bytecode is a part', { bytecode: 'traced' }, 113.4],
    ['tests go with most of their bytecode', { withoutTests: true }, 95.4],
    ['headers', { bytecode: 'none', withoutHeaders: true }, 81],
    ['symbols, but not those of CUDA', { bytecode: 'none', isStripped: true }, 95.2],
    ['a cache that stays', { bytecode: 'none', keepsPipCache: true }, 140],
    ['wheels that stay', { bytecode: 'none', keepsWheels: true }, 140],
    ['an environment has a pip of its own', { bytecode: 'none', hasOwnPip: true }, 116.9],
    ['a project that pip builds', { bytecode: 'none', buildsProject: true }, 100.3],
    [
      'what it is built with stays in the cache',
      { bytecode: 'none', buildsProject: true, keepsPipCache: true },
      145,
    ],
    ['pip leaves bytecode of its own modules', { bytecode: 'none', leavesOwnBytecode: 'pip' }, 103.9],
  ] as const)('%s', (_, changes, megabytes) => {
    const row = python(changes);
    expect((row?.sizeBytes ?? 0) / 1e6).toBeCloseTo(megabytes, 0);
    expect(row?.uncertaintyBytes).toBeGreaterThan(0);
    expect(row?.uncertaintyBytes).toBeLessThan(row?.sizeBytes ?? 0);
  });

  const apt = (changes: Partial<ForecastRequest>) =>
    forecastImage({ request: { ...request, ...changes }, wheels: [], missing: [], problems: [] });
  const aptBytes = (changes: Partial<ForecastRequest>): number =>
    apt(changes).rows.find((row) => row.group === 'system-packages')?.sizeBytes ?? 0;

  it('counts a compiler once, however often it is asked for', () => {
    const all = aptBytes({ aptPackages: ['build-essential', 'gcc', 'g++'] });
    expect(all).toBe(aptBytes({ aptPackages: ['build-essential'] }));
  });

  it('knows what the base brings already', () => {
    const aptPackages = ['build-essential', 'git', 'curl'];
    expect(aptBytes({ aptPackages, baseReference: 'python:3.11-bookworm' })).toBe(0);
    expect(aptBytes({ aptPackages })).toBeGreaterThan(300e6);
  });

  it('counts recommended packages and package lists', () => {
    const plain = aptBytes({ aptPackages: ['ffmpeg'] });
    expect(aptBytes({ aptPackages: ['ffmpeg'], aptWithRecommends: true })).toBeGreaterThan(plain);
    expect(aptBytes({ aptPackages: ['ffmpeg'], keepsAptLists: true })).toBe(plain + 19.5e6);
  });

  it('asks Debian’s index before the table, on top of what the base has', () => {
    const debian = debianIndex(
      parseDebianIndex(
        [
          'Package: apt\nInstalled-Size: 4000\nDepends: libc6\n',
          'Package: libc6\nInstalled-Size: 13000\n',
          'Package: ca-certificates\nInstalled-Size: 400\nDepends: openssl\n',
          'Package: openssl\nInstalled-Size: 2000\n',
          'Package: tini\nInstalled-Size: 1000\nDepends: libc6, openssl\nRecommends: vim\n',
          'Package: vim\nInstalled-Size: 30000\n',
        ].join('\n'),
      ),
    );
    const bytes = (aptWithRecommends: boolean, base?: MeasuredBase): number =>
      forecastImage({
        request: { ...request, aptPackages: ['tini'], aptWithRecommends },
        wheels: [],
        missing: [],
        problems: [],
        debian,
        ...(base !== undefined && { base }),
      }).rows.find((row) => row.group === 'system-packages')?.sizeBytes ?? 0;
    // tini, 97% of it on a slim base, and dpkg's notes; openssl is there by ca-certificates.
    expect(bytes(false) / 1e6).toBeCloseTo(1.024 * 0.97 + 0.87, 1);
    expect(bytes(true) / 1e6).toBeCloseTo(31.744 * 0.97 + 0.88, 1);
    const empty = { sizeBytes: 1, variables: {}, where: 'docker', packages: new Set(['libc6']) };
    expect(bytes(false, empty) / 1e6).toBeCloseTo(3.072 * 0.97 + 0.87, 1);
  });

  it.each([
    [undefined, 'that of a table: neither an engine nor its registry tells it'],
    [
      { compressedBytes: 40e6, variables: {}, where: 'registry' },
      'inferred from its compressed size, which is all that its registry tells',
    ],
    [{ sizeBytes: 120e6, variables: {}, where: 'docker' }, undefined],
  ])('says where the size of the base comes from: %j', (base, origin) => {
    const facts = { request, wheels: [], missing: [], problems: [], ...(base !== undefined && { base }) };
    expect(forecastImage(facts).warnings).toEqual(
      origin === undefined ? [] : [{ text: `the size of ${request.baseReference} is ${origin}` }],
    );
  });

  it('says that a base is a stand-in for another', () => {
    const base = { sizeBytes: 1, variables: {}, standInNote: 'made of Debian packages', where: 'docker' };
    const { warnings } = forecastImage({ request, wheels: [], missing: [], problems: [], base });
    expect(warnings).toEqual([{ text: 'the base is a stand-in: made of Debian packages' }]);
  });

  it('says that the size of an unknown package is a guess', () => {
    const forecast = apt({ aptPackages: ['no-such-package'] });
    expect(forecast.rows[1]?.uncertaintyBytes).toBeGreaterThan(forecast.rows[1]?.sizeBytes ?? 0);
    expect(forecast.warnings.slice(1)).toEqual([
      { text: 'the size of these system packages is a guess: no-such-package' },
    ]);
  });

  it('leaves out what nobody knows, and says so', () => {
    const unresolved = { group: 'python-dependencies', because: 'no network', hint: 'Get one.' } as const;
    const forecast = forecastImage({
      request: { ...request, baseReference: 'registry.example/ours:1', contextBytes: 5000 },
      wheels: undefined,
      missing: [unresolved],
      problems: [],
    });
    expect(forecast.rows.map((row) => row.group)).toEqual(['application']);
    expect(forecast.missing).toEqual([
      { group: 'base', because: 'no size is known of registry.example/ours:1', hint: expect.any(String) },
      unresolved,
    ]);
  });

  it('shows no part of which something is missing', () => {
    const missing = [{ group: 'python-dependencies', because: 'poetry', hint: 'Build.' }] as const;
    const forecast = forecastImage({
      request: { ...request, missing, contextBytes: 5000 },
      wheels: [wheel],
      missing: [],
      problems: [],
    });
    expect(forecast.rows.map((row) => row.group)).toEqual(['base', 'application']);
    expect(forecast.missing).toEqual(missing);
  });
});

describe('baseImage', () => {
  it.each([
    ['python:3.12', 1110e6, '3.12'],
    ['docker.io/library/python:3.11.9-bookworm', 1010e6, '3.11'],
    ['public.ecr.aws/docker/library/python:3.11-slim-bookworm', 130.01e6, '3.11'],
    ['python:3.13-slim', 124.84e6, '3.13'],
    ['python:3.12-alpine3.20', 45.58e6, '3.12'],
    ['nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04', 3200e6, '3.10'],
    ['ubuntu:24.04', 78e6, '3.12'],
    ['debian:bookworm-slim', 74.83e6, '3.11'],
  ])('knows %s', (reference, sizeBytes, pythonVersion) => {
    expect(baseImage(reference)).toMatchObject({ sizeBytes, pythonVersion });
  });

  it.each(['$BASE', 'scratch', 'ghcr.io/me/python:3.12', 'python:2.7', 'python@sha256:0'])(
    'does not know %s',
    (reference) => {
      expect(baseImage(reference)).toBeUndefined();
    },
  );
});

describe('describeBase', () => {
  const variables = { PYTHON_VERSION: '3.12.4' };
  it.each([
    [
      'an engine’s size is exact, and its variables tell the Python version',
      'registry.example/ours:1',
      { sizeBytes: 500e6, variables, where: 'docker' },
      { sizeBytes: 500e6, uncertaintyBytes: 0, pythonVersion: '3.12', libc: 'glibc' },
    ],
    [
      'a compressed size is taken in the proportion of the table',
      'python:3.11-bookworm',
      { compressedBytes: 379021228 / 2, variables: {}, where: 'registry' },
      { sizeBytes: 505e6, uncertaintyBytes: 15.15e6, pythonVersion: '3.11', debianSuite: 'bookworm' },
    ],
    [
      'without a table it is a third, widely',
      'registry.example/ours:1',
      { compressedBytes: 37e6, variables, where: 'registry' },
      { sizeBytes: 100e6, uncertaintyBytes: 12121212, pythonVersion: '3.12' },
    ],
    [
      'the files tell the release',
      'ours:slim',
      { sizeBytes: 1, variables, where: 'docker', debianSuite: 'trixie', packages: new Set(['apt']) },
      { libcMinor: 41, debianSuite: 'trixie', hasWholeList: true, isWithoutDocumentation: true },
    ],
  ])('%s', (_, reference, measured, expected) => {
    expect(describeBase(reference, measured)).toMatchObject(expected);
  });

  it('falls back on the table, and on nothing', () => {
    expect(describeBase('python:3.11', undefined)).toEqual(baseImage('python:3.11'));
    expect(describeBase('ours:1', { variables: {}, where: 'registry' })).toBeUndefined();
  });
});

it('counts torch’s test programs as tests, and what only compilers read as headers', () => {
  const bytes = (path: string) => summariseWheel({ wheelBytes: 1, files: [{ path, sizeBytes: 7 }] });
  for (const path of [
    'torch/bin/test_api',
    'torch/bin/protoc-3.13.0.0',
    'torch/lib/libtorchbind_test.so',
    'a/test/b',
  ])
    expect(bytes(path).testBytes, path).toBe(7);
  for (const path of ['torch/bin/torch_shm_manager', 'torch/lib/libtorch_cpu.so', 'a/testing/b'])
    expect(bytes(path).testBytes, path).toBe(0);
  for (const path of ['a/include/b', 'a.pyx', 'b.c', 'c.a']) expect(bytes(path).headerBytes, path).toBe(7);
});

describe('gatherForecastFacts', () => {
  const cacheDir = mkdtemp(join(tmpdir(), 'forecast-'));
  it.each([
    ['no resolver is there', request, /no program resolves/],
    ['the base is unknown', { ...request, baseReference: 'mine:1' }, /Python version of mine:1/],
  ])('has no wheels and a reason where %s', async (_, asked, reason) => {
    const facts = await gatherForecastFacts(
      { ...asked, requirements: ['numpy'] },
      { cacheDir: await cacheDir, programs: [{ tool: 'pip', command: ['no-such-pip'] }] },
    );
    expect(facts.wheels).toBeUndefined();
    expect(facts.missing[0]).toMatchObject({
      group: 'python-dependencies',
      because: expect.stringMatching(reason),
    });
    expect(forecastImage(facts).rows.map((row) => row.group)).not.toContain('python-dependencies');
  });
});

describe('describeDockerfileForForecast', () => {
  const files: Readonly<Record<string, string>> = {
    'requirements.txt': '-r base.txt\n-e .\nuvicorn[standard]>=0.27 ; python_version > "3.8"\n',
    'base.txt': 'fastapi==0.110 --hash=sha256:00\n--extra-index-url https://extra/simple\n',
    'deploy/prod.txt': 'numpy\n',
    'index.txt': '--index-url https://${HOST}/${path}/simple\nours==${VERSION} # ${UNSET}\n',
  };
  const read = (text: string) =>
    describeDockerfileForForecast(resolveDockerfile(parseDockerfile(text)), {
      readText: async (path) => files[path],
      sentFiles: [],
    });

  it('reads a naive Dockerfile', async () => {
    const described = await read(
      'FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN apt-get update && apt-get install -y git gcc=4:12\n' +
        'RUN pip install -r requirements.txt torch\nRUN python train.py\n',
    );
    expect(described).toMatchObject({
      baseReference: 'python:3.11',
      aptPackages: ['git', 'gcc'],
      aptWithRecommends: true,
      keepsAptLists: true,
      requirements: ['torch', 'fastapi==0.110', 'uvicorn[standard]>=0.27 ; python_version > "3.8"'],
      indexes: { extraIndexUrls: ['https://extra/simple'] },
      python: { bytecode: 'all', withoutTests: false, keepsPipCache: true, hasOwnPip: false },
    });
    expect(described.missing?.map(({ because }) => because)).toEqual([
      'requirements.txt:2 asks for something that has no name in a package index',
    ]);
    expect(described.unmeasured).toEqual([
      { text: 'what `python train.py` writes is not part of the forecast', line: 6 },
    ]);
  });

  it('follows a copied environment into its builder, step by step', async () => {
    const described = await read(
      'ARG V=3.12\nFROM python:$V AS builder\nRUN apt-get update && apt-get install -y g++\n' +
        'RUN python -m venv /opt/venv\nENV PATH="/opt/venv/bin:$PATH"\n' +
        'ARG PYTORCH_INDEX_URL=https://download.pytorch.org/whl/cpu\n' +
        'RUN pip install --no-compile --index-url "$PYTORCH_INDEX_URL" torch\n' +
        'COPY deploy/*.txt /tmp/\n' +
        'RUN --mount=type=cache,target=/root/.cache/pip pip install --no-compile -r /tmp/prod.txt\n' +
        'RUN python /tmp/prune-site-packages.py /opt/venv --tests --headers --static-libraries --strip\n' +
        'RUN python -I -c "import torch"\n' +
        'FROM python:$V-slim\nRUN apt-get update && apt-get install --no-install-recommends -y curl && rm -rf /var/lib/apt/lists/*\n' +
        'COPY --from=builder /opt/venv /opt/venv\nCOPY app app\n',
    );
    expect(described).toMatchObject({
      baseReference: 'python:3.12-slim',
      aptPackages: ['curl'],
      aptWithRecommends: false,
      keepsAptLists: false,
      requirements: ['numpy'],
      earlierInstalls: [
        { requirements: ['torch'], indexes: { indexUrl: 'https://download.pytorch.org/whl/cpu' } },
      ],
      python: {
        bytecode: 'traced',
        withoutTests: true,
        withoutHeaders: true,
        isStripped: true,
        hasOwnPip: true,
        keepsPipCache: false,
      },
      unmeasured: [],
      missing: [],
    });
  });

  it.each([
    ['RUN pip install .', 'python-dependencies', 'pip install .'],
    ['RUN pixi install', 'python-dependencies', 'pixi install'],
    ['RUN conda env create -f environment.yml', 'python-dependencies', 'conda create'],
    ['RUN sudo apk --no-cache add gcc', 'system-packages', 'apk add'],
    ['RUN microdnf install -y gcc', 'system-packages', 'microdnf install'],
  ])('does not pass over what it cannot read: %s', async (run, group, what) => {
    const { missing, unmeasured } = await read(`FROM python:3.12\n${run}\n`);
    expect(missing).toEqual([
      { group, because: expect.stringContaining(`line 2: what \`${what}\``), hint: expect.any(String) },
    ]);
    expect(unmeasured).toEqual([]);
  });

  it.each([
    ['RUN pip install poetry && poetry install --only main', '`poetry install` finds no poetry.lock'],
    ['RUN uv sync --frozen', '`uv sync` finds no uv.lock'],
    ['RUN pipenv sync', '`pipenv sync` finds no Pipfile.lock'],
  ])('tells of a lock file that is not there: %s', async (run, what) => {
    const { missing } = await read(`FROM python:3.12\n${run}\n`);
    expect(missing?.map(({ because }) => because)).toEqual([`line 2: ${what} in the build context`]);
  });

  it('looks into builders for Python dependencies, and not for system packages, which stay behind', async () => {
    const builder = 'FROM python:3.12 AS b\nRUN apk add gcc && pixi install\n';
    const { missing } = await read(`${builder}FROM python:3.12-slim\nCOPY --from=b /app/.venv /app/.venv\n`);
    expect(missing?.map(({ group }) => group)).toEqual(['python-dependencies']);
  });

  it('puts the variables of the image into a requirements file, as pip does', async () => {
    const { requirements, indexes } = await read(
      'FROM python:3.12\nARG HOST=mirror.example\nENV VERSION=1.2 path=x\nCOPY . .\nRUN pip install -r index.txt\n',
    );
    expect(requirements).toEqual(['ours==1.2']);
    expect(indexes.indexUrl).toBe('https://mirror.example/${path}/simple');
  });

  it.each([
    ['--mount=source=deploy/prod.txt,target=/tmp/r.txt', ['numpy'], 'a mount is a bind mount by default'],
    ['--mount=type=bind,from=lists,source=deploy/prod.txt,target=/tmp/r.txt', [], 'of another stage'],
    ['--mount=type=cache,source=deploy/prod.txt,target=/tmp/r.txt', [], 'a cache'],
  ])('reads the file of RUN %s: %j', async (mount, names) => {
    const { requirements } = await read(
      `FROM scratch AS lists\nFROM python:3.12-slim\nRUN ${mount} pip install -r /tmp/r.txt\n`,
    );
    expect(requirements).toEqual(names);
  });

  it('finds a bind-mounted requirements file, and says which one is missing', async () => {
    const described = await read(
      'FROM python:3.12-slim\nRUN --mount=type=bind,source=deploy/prod.txt,target=/tmp/r.txt pip install --no-cache-dir -r /tmp/r.txt\n' +
        'RUN pip install -r other.txt\n',
    );
    expect(described.requirements).toEqual(['numpy']);
    expect(described.missing?.[0]?.because).toBe(
      'other.txt: this requirements file is not in the build context',
    );
  });
});
