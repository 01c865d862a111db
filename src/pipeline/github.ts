import { actions } from './action-versions.ts';
import { githubComment } from './github-comment.ts';
import {
  argumentLines,
  buildStep,
  checkStep,
  isGithubRegistry,
  loginStep,
  nameStep,
  pushStep,
  reportStep,
  type ValueOf,
} from './github-steps.ts';
import {
  headerOf,
  type PipelineImage,
  type PipelineProvider,
  type PipelineRequest,
  secretPreparation,
} from './pipeline.ts';
import { indented, scalar } from './pipeline-text.ts';
import { isAmazonRegistry, pathFilters, registryOf } from './repository-of.ts';

/** A workflow of GitHub Actions: a job that builds, checks and pushes, and one that may write comments and does nothing else. */
export const github: PipelineProvider = {
  name: 'github',
  path: '.github/workflows/image.yml',
  caches: ['registry', 'gha'],
  isExecutable: false,
  write: (request) =>
    [
      ...headerOf('github', request),
      'name: image',
      '',
      ...triggers(request),
      '',
      '# Each job takes what it needs, and no more.',
      'permissions: {}',
      '',
      'concurrency:',
      '  group: ${{ github.workflow }}-${{ github.ref }}',
      "  cancel-in-progress: ${{ github.event_name == 'pull_request' }}",
      '',
      'jobs:',
      '  image:',
      ...indented(imageJob(request), 4),
      '',
      '  comment:',
      ...indented(githubComment(), 4),
      '',
    ].join('\n'),
  preparations: ({ repository, images }) => [
    ...secretPreparation({ images }, 'among the secrets of the repository'),
    ...(isGithubRegistry(repository)
      ? []
      : [
          `Log in to ${registryOf(repository ?? '')} is done with the repository's secrets REGISTRY_USERNAME and REGISTRY_PASSWORD: set them.`,
          ...(isAmazonRegistry(repository ?? '')
            ? [
                'For Amazon they are the ID of an access key and its secret, which docker/login-action exchanges for a password; with OIDC, put aws-actions/configure-aws-credentials before it, and take its condition and its two inputs out.',
              ]
            : []),
        ]),
  ],
};

/** What GitHub's filters read as more than a letter ("Filter pattern cheat sheet"). */
const globLetters = /[*?+[\]\\]|^!/g;

function triggers({ images, place, branch }: PipelineRequest): readonly string[] {
  const filters = pathFilters(images, { place, special: globLetters });
  const paths = filters === undefined ? [] : ['paths:', ...filters.map((one) => `  - ${scalar(one)}`)];
  return [
    'on:',
    '  push:',
    `    branches: [${scalar(branch.replace(globLetters, '\\$&'))}]`,
    "    tags: ['v*']",
    ...indented(paths, 4),
    // Of a fork, too: the workflow then has no secret and may only read.
    '  pull_request:',
    ...indented(paths, 4),
    '  workflow_dispatch:',
  ];
}

function imageJob(request: PipelineRequest): readonly string[] {
  const { images, repository } = request;
  const isMatrix = images.length > 1;
  const value: ValueOf = (key, one) => (isMatrix ? `\${{ matrix.${key} }}` : scalar(one ?? ''));
  return [
    ...(isMatrix ? ['name: ${{ matrix.name }}'] : []),
    'runs-on: ubuntu-latest',
    'timeout-minutes: 60',
    'permissions:',
    '  contents: read',
    ...(isGithubRegistry(repository)
      ? ['  packages: write # a pull request of a fork may read only, whatever stands here']
      : []),
    ...(isMatrix ? matrixOf(images) : []),
    ...(isGithubRegistry(repository)
      ? []
      : [
          'env:',
          '  # Empty in pull requests of forks, which get no secrets: they neither log in nor push.',
          '  REGISTRY_USERNAME: ${{ secrets.REGISTRY_USERNAME }}',
        ]),
    'steps:',
    ...indented(
      [
        `- uses: ${actions.checkout}`,
        '  with:',
        '    persist-credentials: false',
        `- uses: ${actions.setupBuildx}`,
        ...loginStep(repository),
        ...nameStep(request),
        ...buildStep(request, value),
        `- uses: ${actions.setupNode}`,
        '  with:',
        '    node-version: 24',
        ...checkStep(request),
        ...pushStep(request),
        ...reportStep(value('name', images[0]?.name)),
      ],
      2,
    ),
  ];
}

function matrixOf(images: readonly PipelineImage[]): readonly string[] {
  const rows = images.flatMap(({ name, context, dockerfile, target, buildArgs, gatesFile, maxGrowth }) => [
    `- name: ${scalar(name)}`,
    `  context: ${scalar(context)}`,
    `  dockerfile: ${scalar(dockerfile)}`,
    `  target: ${scalar(target ?? '')}`,
    ...argumentLines(buildArgs, 'build-args', 2),
    ...(gatesFile === undefined ? [] : [`  gates: ${scalar(gatesFile)}`]),
    ...(maxGrowth === undefined ? [] : [`  max-growth: ${scalar(maxGrowth)}`]),
  ]);
  return ['strategy:', '  fail-fast: false', '  matrix:', '    include:', ...indented(rows, 6)];
}
