import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  noFacts,
  parseDockerfile,
  type RewriteFacts,
  type RewriteId,
  resolveDockerfile,
  rewriteDockerfile,
  rewrites,
} from '../index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const files = readdirSync(fixtures).filter((name) => name.endsWith('.Dockerfile'));
const read = (name: string): string => readFileSync(join(fixtures, name), 'utf8');

const buildTools = new Set(['build-essential', 'gcc', 'git', 'python3-pip', 'python3-dev', 'python3-poetry']);
const facts: RewriteFacts = {
  ...noFacts,
  requirementClosure: new Map([
    ['requirements-dev.txt', ['requirements-dev.txt', 'requirements.txt']],
    ['requirements.txt', ['requirements.txt']],
  ]),
  requirementFolders: new Set(['requirements']),
  productionRequirements: new Map([['requirements-dev.txt', 'requirements.txt']]),
  developmentDistributions: new Set(['pytest', 'black', 'flake8']),
  classifyPackage: (name) => {
    if (name === 'libpq-dev') return { purpose: 'header', runtimePackages: ['libpq5'] };
    if (buildTools.has(name)) return { purpose: 'build', runtimePackages: [] };
    return { purpose: name === 'curl' ? 'convenience' : 'unknown', runtimePackages: [] };
  },
  packageOfCommand: (command) =>
    command === 'poetry'
      ? 'python3-poetry'
      : ['curl', 'git', 'npm', 'wget'].includes(command)
        ? command
        : undefined,
  importStatements: ['import pandas', 'from fastapi import FastAPI'],
  isIgnored: (path) => path.startsWith('.venv/'),
  installerNeeds: { pip: undefined, modules: [] },
  pruneScript: 'docker/prune-site-packages.py',
};
const torch: RewriteFacts = {
  ...facts,
  cpuWheels: { requirements: ['torch>=2.2'], evidence: 'nothing in the project uses a GPU' },
};

const locks = ['uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile', 'Pipfile.lock'].map(
  (path) => [path, ''] as const,
);
const pyproject = '[project]\nname = "svc"\ndependencies = ["fastapi"]\n';
const backend = (name: string): string => `${pyproject}[build-system]\nbuild-backend = "${name}"\n`;
/** What lies in the build context, by a word of the fixture's name. */
const contexts: readonly (readonly [word: RegExp, files: readonly (readonly [string, string])[]])[] = [
  [/package/, [...locks, ['pyproject.toml', backend('hatchling.build')]]],
  [/compiled/, [...locks, ['pyproject.toml', backend('maturin')]]],
  [
    /workspace/,
    [...locks, ['pyproject.toml', `${backend('uv_build')}[tool.uv.sources]\nlib = { workspace = true }\n`]],
  ],
  [/python-version/, [...locks, ['pyproject.toml', pyproject], ['.python-version', '3.13\n']]],
  [
    /pdm-task/,
    [...locks, ['pyproject.toml', `${pyproject}[tool.pdm.scripts]\nprod-server = "uvicorn a:b"\n`]],
  ],
  [
    /poetry-script/,
    [...locks, ['pyproject.toml', `${pyproject}[tool.poetry.scripts]\nserve = "svc:main"\n`]],
  ],
  [
    /pipenv-argument/,
    [...locks, ['Pipfile', '[[source]]\nname = "own"\nurl = "http://${PACKAGES_HOST}/${PACKAGES_PATH}"\n']],
  ],
  [/^tool-/, [...locks, ['pyproject.toml', pyproject]]],
];

const cuda = { broughtBy: 'torch', systemUsers: [], compiledAtBuild: [], compilingAtRunTime: [] } as const;
const packaged =
  '[project]\nname = "svc"\nversion = "1"\ndependencies = ["fastapi", "numpy>=1.26"]\n' +
  '[project.optional-dependencies]\ngpu = ["cupy-cuda12x"]\n[build-system]\n';
const manifest = (text: string): Partial<RewriteFacts> => ({
  contextManifests: new Map([['pyproject.toml', text]]),
});
/** What is known beside `facts`, by the beginning of the fixture's name. */
const knowledge: readonly (readonly [prefix: string, facts: Partial<RewriteFacts>])[] = [
  ['gpu-wheels', { cuda: { device: 'gpu', ...cuda } }],
  ['gpu-system', { cuda: { device: 'gpu', ...cuda, systemUsers: ['onnxruntime-gpu'] } }],
  ['gpu-compiled', { cuda: { device: 'gpu', ...cuda, compiledAtBuild: ['flash-attn'] } }],
  ['gpu-compiler', { cuda: { device: 'gpu', ...cuda, compilingAtRunTime: ['deepspeed'] } }],
  [
    'conda-steps',
    {
      contextManifests: new Map([
        ['environment.yml', 'name: app\ndependencies:\n  - python\n  - pip:\n      - fastapi\n'],
      ]),
    },
  ],
  [
    'package-version-file',
    manifest(
      `${packaged}build-backend = "setuptools.build_meta"\n[tool.setuptools_scm]\nversion_file = "svc/_v.py"\n`,
    ),
  ],
  ['package-compiled', manifest(`${packaged}build-backend = "maturin"\n`)],
  [
    'package-torch',
    {
      ...manifest(`${packaged}build-backend = "hatchling.build"\n`),
      cpuWheels: { requirements: ['torch'], evidence: 'as asked' },
    },
  ],
  [
    'package-editable-data',
    {
      ...manifest(`${packaged}build-backend = "setuptools.build_meta"\n`),
      editablePackages: new Map([['.', { roots: ['src/svc'], because: undefined }]]),
    },
  ],
  ['package-', manifest(`${packaged}build-backend = "hatchling.build"\n`)],
  [
    'opencv',
    {
      smaller: {
        requirement: (text) =>
          text.startsWith('opencv-python==') ? text.replace('python', 'python-headless') : undefined,
        nameOf: () => undefined,
        systemPackages: new Set(['libgl1', 'libsm6']),
        runtimeLibraries: [],
        leftAlone: [],
      },
    },
  ],
  [
    'cpu-renamed',
    {
      cpuRequirement: (text) =>
        text === 'onnxruntime-gpu' || text.startsWith('tensorflow')
          ? text.replace('-gpu', '').replace('tensorflow[and-cuda]', 'tensorflow-cpu')
          : undefined,
    },
  ],
  ['cpu-', { cuda: { device: 'cpu', ...cuda } }],
];

function factsOf(name: string): RewriteFacts {
  const known = knowledge.find(([prefix]) => name.startsWith(prefix))?.[1];
  if (known !== undefined) return { ...facts, ...known };
  if (/naive-torch|cuda/.test(name)) return torch;
  const isSent = name.includes('sent-environment') ? { isIgnored: () => false } : {};
  const context = contexts.find(([word]) => name.startsWith('tool-') && word.test(name));
  return context === undefined ? facts : { ...facts, ...isSent, contextManifests: new Map(context[1]) };
}

describe('all rewrites together', () => {
  test.each(files)('%s', async (name) => {
    const result = rewriteDockerfile(read(name), factsOf(name), { without: new Set() });
    const notes = [
      ...result.applied.map((one) => `# applied ${one.id}: ${one.reason}`),
      ...result.leftAlone.map((one) => `# left alone by ${one.id}: ${one.because}`),
    ];
    await expect(`${result.text}\n${notes.join('\n')}\n`).toMatchFileSnapshot(join('expected', name));
  });

  test.each(files)('%s: slimming the result again changes nothing', (name) => {
    const once = rewriteDockerfile(read(name), factsOf(name), { without: new Set() }).text;
    expect(rewriteDockerfile(once, factsOf(name), { without: new Set() }).text).toBe(once);
  });
});

describe('any subset of the rewrites', () => {
  const ids = rewrites.filter((rewrite) => rewrite.risk !== 'opt-in').map((rewrite) => rewrite.id);
  test.each(files)('%s: parses, resolves and keeps what the container sees', (name) => {
    const before = finalState(read(name));
    fc.assert(
      fc.property(fc.subarray(ids), (without) => {
        const { text } = rewriteDockerfile(read(name), factsOf(name), { without: new Set(without) });
        expect(finalState(text)).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });
});

test('a download that goes needs no secret, and one that stays gets it', () => {
  const text =
    'FROM python:3.12-slim\nARG HF_TOKEN\nRUN hf download --token $HF_TOKEN acme/model\nCMD ["python"]\n';
  const made = (asked: readonly RewriteId[]): readonly string[] =>
    rewriteDockerfile(text, facts, { without: new Set(), asked: new Set(asked) }).applied.map(({ id }) => id);
  expect(made(['secret-mounts', 'model-volume'])).toContain('model-volume');
  expect(made(['secret-mounts'])).toEqual(['secret-mounts']);
});

/** What the final container is started with, which no rewrite may change. */
function finalState(text: string): Record<string, unknown> {
  const model = resolveDockerfile(parseDockerfile(text));
  const stage = model.stages[model.target];
  const values = (keyword: string): string[] =>
    (stage?.instructions ?? [])
      .filter((one) => one.syntax.keyword === keyword)
      .map((one) => one.syntax.value);
  const last = stage?.instructions.at(-1);
  return {
    name: stage?.name,
    start: [values('entrypoint').at(-1), values('cmd').at(-1)].map(withoutTool),
    declared: [
      values('expose'),
      values('label'),
      values('healthcheck').map(withoutTool),
      values('volume'),
      values('stopsignal'),
    ],
    workdir: last?.before.workdir,
    user: last?.before.user,
  };
}

/** `uv run` and `poetry run` start what PATH starts as well (start-command), `conda run` what run-activated starts (conda-stages). */
function withoutTool(start: string | undefined): string | undefined {
  return start
    ?.replaceAll(/"conda", "run"(, "--no-capture-output"|, "-n", "\w+")*/g, '"/usr/local/bin/run-activated"')
    .replaceAll(
      /(")?\b(uv|poetry|pdm|pipenv)"?,?\s+"?run("?,\s+)?"?(\s*"?--(frozen|no-dev)"?,?)*\s*"?(?=[a-z])/g,
      (_all, quote) => quote ?? '',
    )
    .replace(/"?run\.py/, (word) =>
      word.startsWith('"') && !start.includes('"python"') ? `"python", ${word}` : word,
    )
    .replaceAll(/\s*([[\],])\s*/g, '$1');
}
