// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files hold references
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noFacts, type RewriteFacts, type RewriteId, rewriteDockerfile, rewrites } from '../index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

/** Files of a project that read secrets, or do not. */
const secretTexts = new Map([
  ['requirements.txt', 'fastapi\n-r more.txt\n'],
  ['more.txt', 'uvicorn\n'],
  ['private.txt', '-r requirements.txt\ngit+https://${GIT_TOKEN}@github.com/acme/models.git\n'],
  ['nested.txt', '-r private.txt\n'],
  ['fetch.py', 'print("nothing")\n'],
  ['train.py', 'from settings import Settings\n'],
  ['settings.py', 'class Settings(BaseSettings):\n    train_token: str\n'],
  ['login.sh', '#!/bin/sh\ncurl -H "Authorization: $API_TOKEN" https://api.example.com\n'],
  ['setup.sh', '#!/bin/sh\nset -e\nmkdir -p /data\ntar xf data.tar\n'],
  ['build.sh', '#!/bin/sh\nmake all\n'],
]);

/** An environment file with wheels, and whatever else. */
function environment(rest: string): string {
  return `name: geo\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11\n  - gdal\n  - pip:\n      - fastapi\n${rest}`;
}

const heavy: NonNullable<RewriteFacts['heavy']> = {
  requirements: ['torch>=2.2', 'pandas>=2.1', 'scikit-learn'],
  options: ['--prefer-binary'],
  because: undefined,
  evidence: 'torch, pandas and scikit-learn rarely change',
  importStatements: ['import pandas'],
};

/** What the project says beside the Dockerfile, by a word of the fixture's name. */
const projects: readonly (readonly [word: RegExp, facts: Partial<RewriteFacts>])[] = [
  [/non-root-user\//, { rootNeeds: { ports: [], reasons: [], volumePaths: [] } }],
  [
    /non-root-user\/volumes/,
    { rootNeeds: { ports: [8000], reasons: [], volumePaths: ['/models', '/app/uploads'] } },
  ],
  [
    /non-root-user\/left-alone-entrypoint/,
    { rootNeeds: { ports: [], reasons: ['entrypoint.sh:3 calls gosu'], volumePaths: [] } },
  ],
  [
    /runtime-libraries\//,
    { runtimeLibraries: [{ packageName: 'libgomp1', because: 'lightgbm loads a shared library of it' }] },
  ],
  [
    /runtime-libraries\/program-/,
    { packageOfCommand: (command) => (['curl', 'wget', 'unzip'].includes(command) ? command : undefined) },
  ],
  [/model-volume\/copied-cache/, { modelCacheFolders: new Set(['hf-cache']) }],
  [/conda-(stages|clean)\//, { contextManifests: new Map([['environment.yml', environment('')]]) }],
  [
    /conda-stages\/(left-alone-)?micromamba-/,
    {
      classifyPackage: (name) => ({
        purpose: name.endsWith('-dev') ? 'header' : 'build',
        runtimePackages: [],
      }),
    },
  ],
  [/conda-stages\/left-alone-entrypoint-script/, { neededCommands: new Map([['conda', 'entrypoint.sh']]) }],
  [
    /conda-stages\/left-alone-subprocess/,
    { condaPaths: [{ file: 'app.py', line: 7, text: '/opt/conda/envs/other/bin/python' }] },
  ],
  [
    /conda-stages\/left-alone-variables/,
    {
      contextManifests: new Map([['environment.yml', environment('variables:\n  GDAL_CACHEMAX: "512"\n')]]),
    },
  ],
  [
    /conda-stages\/left-alone-editable/,
    {
      contextManifests: new Map([['pyproject.toml', '[build-system]\nbuild-backend = "hatchling.build"\n']]),
    },
  ],
  [/regular-install\//, { editablePackages: new Map([['.', { roots: ['src/svc'], because: undefined }]]) }],
  [
    /regular-install\/left-alone-data/,
    {
      editablePackages: new Map([
        ['.', { roots: ['src/svc'], because: 'src/svc/words.yaml is no declared package data' }],
      ]),
    },
  ],
  [
    /regular-install\/(two-packages|left-alone-unknown)/,
    {
      editablePackages: new Map([
        ['.', { roots: ['svc'], because: undefined }],
        ['libs/core', { roots: ['libs/core/core'], because: undefined }],
      ]),
    },
  ],
  [/secret-mounts\//, { credentialFiles: new Map([['pip.conf', 'a password for pypi.example.com']]) }],
  [/secret-mounts\/(uses|two)-/, { contextTexts: secretTexts }],
  [
    /step-inputs\//,
    {
      stepInputs: new Map([
        [
          'train.py',
          { paths: ['app/__init__.py', 'app/features.py', 'data', 'train.py'], because: undefined },
        ],
        ['tools/export.py', { paths: ['models.json', 'tools/export.py'], because: undefined }],
        ['app/train.py', { paths: ['app', 'data'], because: undefined }],
        ['guess.py', { paths: ['guess.py'], because: 'guess.py lists what is in a folder' }],
        [
          'many.py',
          { paths: [...'abcdefgh'].map((one) => `${one}.csv`).concat('many.py'), because: undefined },
        ],
      ]),
    },
  ],
  [
    /step-inputs\/layers-(alone|used)/,
    {
      stepInputs: new Map(
        ['train.py', 'more.py'].map((path) => [
          path,
          { paths: ['data', path], because: undefined, heavyAlone: { because: undefined } },
        ]),
      ),
    },
  ],
  [
    /step-inputs\/layers-not-alone/,
    {
      stepInputs: new Map([
        [
          'train.py',
          {
            paths: ['train.py'],
            because: undefined,
            heavyAlone: { because: 'it imports flask, which is installed later' },
          },
        ],
      ]),
    },
  ],
  [/base-pip\//, { installerNeeds: { pip: undefined, modules: [] } }],
  [/base-pip\/left-alone-needed/, { installerNeeds: { pip: 'app.py:3 needs it', modules: [] } }],
  [
    /base-pip\/modules-of-setuptools/,
    { installerNeeds: { pip: undefined, modules: ['pkg_resources', 'setuptools'] } },
  ],
  [/base-pip\/not-read/, { installerNeeds: undefined }],
  [/step-inputs\/left-alone-ignored/, { isIgnored: (path) => path === 'models.json' }],
  [/heavy-layer\//, { heavy, importStatements: ['import pandas', 'import fastapi'] }],
  [
    /heavy-layer\/left-alone-hashes/,
    {
      heavy: {
        ...heavy,
        because: 'requirements.txt has hashes, which pip compares only where all have them',
      },
    },
  ],
  [/heavy-layer\/only-cpu-step/, { heavy: { ...heavy, requirements: ['torch'] } }],
  [/non-root-user\/left-alone-unread/, { rootNeeds: undefined }],
];

function factsOf(id: string, name: string): RewriteFacts {
  const found = projects.filter(([word]) => word.test(`${id}/${name}`));
  return Object.assign({ ...noFacts }, ...found.map(([, facts]) => facts));
}

/** The rewrites that have cases of their own: each is run alone. */
const alone = rewrites.filter(({ id }) =>
  readdirSync(fixtures, { withFileTypes: true }).some((one) => one.isDirectory() && one.name === id),
);

describe.each(alone)('$id', ({ id }) => {
  const names = readdirSync(join(fixtures, id)).filter((name) => name.endsWith('.Dockerfile'));
  // What the slim base lacks is only missed where the image had it before.
  const companions = new Set<RewriteId>(id === 'runtime-libraries' ? [id, 'slim-base'] : [id]);
  const without = new Set<RewriteId>(rewrites.map((one) => one.id).filter((one) => !companions.has(one)));
  const run = (text: string, name: string): ReturnType<typeof rewriteDockerfile> =>
    rewriteDockerfile(text, factsOf(id, name), { without, asked: new Set([id]) });

  test.each(names)('%s', async (name) => {
    const text = readFileSync(join(fixtures, id, name), 'utf8');
    const result = run(text, name);
    const notes = [
      ...result.applied.map((one) => `# applied: ${one.reason}`),
      ...result.leftAlone.map((one) => `# left alone: ${one.because}`),
    ];
    await expect(`${result.text}\n${notes.join('\n')}\n`).toMatchFileSnapshot(join('expected', id, name));
    if (name.startsWith('left-alone')) expect(result.leftAlone).not.toEqual([]);
    expect(run(result.text, name).text, 'again').toBe(result.text);
  });
});
