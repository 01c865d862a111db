// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pipelines hold references
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { readProject } from './index.ts';

type Files = Readonly<Record<string, string>>;

const made: string[] = [];
afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true, force: true });
});

async function project(files: Files): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-choice-'));
  made.push(directory);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  return directory;
}

const stages = 'FROM a AS builder\nFROM a AS runtime\nFROM runtime AS test\nFROM runtime AS last\n';
const base: Files = {
  Dockerfile: stages,
  'docker/api.Dockerfile': stages,
  'docker/worker.Dockerfile': stages,
};
const workflow = '.github/workflows/release.yml';
const action = (given: string, more = ''): string =>
  `jobs:\n  image:\n${more}    steps:\n      - uses: actions/checkout@v4\n      - uses: docker/build-push-action@v6\n        with: {${given}}\n`;
const gitlab = (script: string, more = ''): string => `${more}image:\n  script:\n    - ${script}\n`;
const compose = (build: string): string => `services: {api: {build: {context: ., ${build}}}}`;

describe('the Dockerfile and the stage are those that are built', () => {
  test.each<[string, Files, string, string | undefined]>([
    [
      'the workflow that GitHub offers',
      {
        [workflow]:
          'jobs:\n  build:\n    steps:\n    - run: docker build . --file docker/api.Dockerfile --tag my-image-name:$(date +%s)\n',
      },
      'docker/api.Dockerfile',
      undefined,
    ],
    [
      'a command with a comment',
      {
        ...base,
        '.gitlab-ci.yml':
          'image:\n  script:\n    - |\n      # docker build -f docker/worker.Dockerfile .\n      docker build -f docker/api.Dockerfile . # all "of it\n      echo done\n',
      },
      'docker/api.Dockerfile',
      undefined,
    ],
    [
      'an action names both',
      { [workflow]: action('context: ., file: docker/api.Dockerfile, target: runtime, push: true') },
      'docker/api.Dockerfile',
      'runtime',
    ],
    ['an action with the defaults', { [workflow]: action('push: true') }, 'Dockerfile', undefined],
    [
      'a run step',
      {
        [workflow]:
          'jobs: {a: {steps: [{run: "docker buildx build --push -f docker/api.Dockerfile --target=runtime -t x:1 ."}]}}',
      },
      'docker/api.Dockerfile',
      'runtime',
    ],
    [
      'a folder changed into',
      { [workflow]: 'jobs: {a: {steps: [{run: "cd docker && docker build -f api.Dockerfile .."}]}}' },
      'docker/api.Dockerfile',
      undefined,
    ],
    [
      'a working directory',
      {
        [workflow]:
          'jobs: {a: {steps: [{working-directory: docker, run: "docker build -f api.Dockerfile .."}]}}',
      },
      'docker/api.Dockerfile',
      undefined,
    ],
    [
      'continued lines and quotes',
      {
        '.gitlab-ci.yml': gitlab(
          '|\n        docker build \\\n          --file "docker/api.Dockerfile" --target \'runtime\' \\\n          .',
        ),
      },
      'docker/api.Dockerfile',
      'runtime',
    ],
    [
      'variables of the pipeline',
      {
        '.gitlab-ci.yml': gitlab(
          'docker build -f $FILE --target ${STAGE} "$CI_PROJECT_DIR"',
          'variables: {FILE: docker/api.Dockerfile, STAGE: runtime}\n',
        ),
      },
      'docker/api.Dockerfile',
      'runtime',
    ],
    [
      'kaniko reads it below the context',
      {
        '.gitlab-ci.yml': gitlab(
          '/kaniko/executor --context $CI_PROJECT_DIR --dockerfile docker/api.Dockerfile --destination x',
        ),
      },
      'docker/api.Dockerfile',
      undefined,
    ],
    [
      'a matrix of one',
      {
        [workflow]: action(
          'file: "${{ matrix.file }}"',
          '    strategy: {matrix: {include: [{file: docker/api.Dockerfile}]}}\n',
        ),
      },
      'docker/api.Dockerfile',
      undefined,
    ],
    [
      'a hidden name tells nothing',
      { [workflow]: action('file: "${{ inputs.file }}"') },
      'Dockerfile',
      undefined,
    ],
    [
      'another context tells nothing',
      { [workflow]: action('context: docker, file: docker/api.Dockerfile') },
      'Dockerfile',
      undefined,
    ],
    ['no YAML tells nothing', { [workflow]: 'jobs: [' }, 'Dockerfile', undefined],
    [
      'what is pushed beats what is only built',
      {
        [workflow]: `${action('file: docker/api.Dockerfile, push: true')}      - run: docker build -f docker/worker.Dockerfile .\n`,
      },
      'docker/api.Dockerfile',
      undefined,
    ],
    [
      'a test stage is for developers',
      { [workflow]: `${action('target: runtime')}      - run: docker build --target test .\n` },
      'Dockerfile',
      'runtime',
    ],
    [
      'the compose file beats the plain name',
      { 'compose.yaml': compose('dockerfile: docker/api.Dockerfile, target: runtime') },
      'docker/api.Dockerfile',
      'runtime',
    ],
    [
      'the plain name is among several',
      { 'compose.yaml': compose('dockerfile: docker/api.Dockerfile'), [workflow]: action('push: true') },
      'Dockerfile',
      undefined,
    ],
    [
      'the last stage is among several',
      { 'compose.yaml': compose('target: runtime'), [workflow]: action('target: last') },
      'Dockerfile',
      undefined,
    ],
  ])('%s', async (_why, files, path, target) => {
    const read = await readProject(await project({ ...base, ...files }));
    expect([read.dockerfile.path, read.target]).toEqual([path, target]);
  });

  test('and it is said whom that follows', async () => {
    const { choices } = await readProject(
      await project({ ...base, [workflow]: action('file: docker/api.Dockerfile, target: runtime') }),
    );
    expect(choices).toEqual([
      'docker/api.Dockerfile: built by .github/workflows/release.yml',
      'stage runtime: built by .github/workflows/release.yml',
    ]);
  });

  test('what else is built is named', async () => {
    const files = {
      'compose.yaml': compose('dockerfile: docker/api.Dockerfile'),
      [workflow]: action('push: true'),
    };
    const { choices } = await readProject(await project({ ...base, ...files }));
    expect(choices).toEqual([
      'Dockerfile: built by .github/workflows/release.yml; also built: docker/api.Dockerfile (service api of the compose file): choose with --file',
    ]);
  });

  test('nothing is said where nobody builds', async () => {
    expect((await readProject(await project(base))).choices).toEqual([]);
  });
});

describe('what is not clear is asked', () => {
  const two = `${action('file: docker/api.Dockerfile')}      - run: docker build -f docker/worker.Dockerfile .\n`;
  const stagesApart = `${action('target: runtime')}      - run: docker build --target other .\n`;

  test('with all Dockerfiles that are built', async () => {
    const reading = readProject(await project({ ...base, [workflow]: two }));
    await expect(reading).rejects.toThrow(UserError);
    await expect(reading).rejects.toThrow(
      /2 Dockerfiles: docker\/api\.Dockerfile \(.*release\.yml\), docker\/worker\.Dockerfile/,
    );
    await expect(reading).rejects.toMatchObject({
      hint: expect.stringContaining('--file docker/api.Dockerfile'),
    });
  });

  test('with all stages that are built', async () => {
    const reading = readProject(await project({ ...base, [workflow]: stagesApart }));
    await expect(reading).rejects.toThrow(/several stages are built: runtime \(.*\), other/);
    await expect(reading).rejects.toMatchObject({ hint: expect.stringContaining('--stage runtime') });
  });

  test('unless the user says it, or any stage will do', async () => {
    const directory = await project({ ...base, [workflow]: two });
    expect((await readProject(directory, { dockerfile: 'Dockerfile' })).dockerfile.path).toBe('Dockerfile');
    const apart = await project({ ...base, [workflow]: stagesApart });
    expect((await readProject(apart, { target: 'runtime' })).target).toBe('runtime');
    expect((await readProject(apart, { acceptsAnyStage: true })).target).toBeUndefined();
  });
});
