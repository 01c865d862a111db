import { actions } from './action-versions.ts';
import { githubComment } from './github-comment.ts';
import {
  headerOf,
  npxOf,
  type PipelineImage,
  type PipelineProvider,
  type PipelineRequest,
  secretPreparation,
  secretsOf,
} from './pipeline.ts';
import { indented, scalar, shellWord } from './pipeline-text.ts';
import {
  archiveOutput,
  pathFilters,
  registryCacheTo,
  registryOf,
  repositorySuffix,
} from './repository-of.ts';

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
        ]),
  ],
};

function isGithubRegistry(repository: string | undefined): boolean {
  return repository === undefined || registryOf(repository) === 'ghcr.io';
}

function triggers({ images, place, branch }: PipelineRequest): readonly string[] {
  const filters = pathFilters(images, place);
  const paths = filters === undefined ? [] : ['paths:', ...filters.map((one) => `  - ${scalar(one)}`)];
  return [
    'on:',
    '  push:',
    `    branches: [${scalar(branch)}]`,
    "    tags: ['v*']",
    ...indented(paths, 4),
    // Of a fork, too: the workflow then has no secret and may only read.
    '  pull_request:',
    ...indented(paths, 4),
    '  workflow_dispatch:',
  ];
}

/** The value of a property of the one image, or of the matrix's current one. */
type ValueOf = (key: 'name' | 'context' | 'dockerfile' | 'target', value: string | undefined) => string;

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

function argumentLines(
  buildArgs: PipelineImage['buildArgs'],
  key: string,
  spaces: number,
): readonly string[] {
  const pairs = Object.entries(buildArgs);
  if (pairs.length === 0) return [];
  return indented([`${key}: |`, ...pairs.map(([name, value]) => `  ${name}=${value}`)], spaces);
}

function loginStep(repository: string | undefined): readonly string[] {
  if (isGithubRegistry(repository)) {
    return [
      `- uses: ${actions.login}`,
      '  with:',
      '    registry: ghcr.io',
      '    username: ${{ github.actor }}',
      '    password: ${{ github.token }}',
    ];
  }
  const registry = registryOf(repository ?? '');
  return [
    `- uses: ${actions.login}`,
    "  if: env.REGISTRY_USERNAME != ''",
    '  with:',
    ...(registry === 'docker.io' ? [] : [`    registry: ${scalar(registry)}`]),
    '    username: ${{ env.REGISTRY_USERNAME }}',
    '    password: ${{ secrets.REGISTRY_PASSWORD }}',
  ];
}

/** Names of repositories are written small, tags have no slashes; what a branch is called reaches the script as data only. */
function nameStep(request: PipelineRequest): readonly string[] {
  const { repository = 'ghcr.io/${{ github.repository }}', branch } = request;
  const suffix = repositorySuffix(request, '${{ matrix.name }}');
  return [
    '- name: Name the image',
    '  id: name',
    '  env:',
    `    REPOSITORY: ${repository}${suffix}`,
    '    TAG: ${{ github.ref_name }}',
    `    BEFORE: \${{ github.base_ref || (github.ref_type == 'branch' && github.ref_name) || '${branch.replaceAll("'", "''")}' }}`,
    '  run: |',
    ...indented(
      [
        `tag_of() { printf '%s' "$1" | tr -c 'A-Za-z0-9_.-' '-' | sed 's/^[.-]*//' | cut -c 1-128; }`,
        '{',
        `  echo "repository=$(printf '%s' "$REPOSITORY" | tr '[:upper:]' '[:lower:]')"`,
        '  echo "tag=$(tag_of "$TAG")"',
        '  echo "before=$(tag_of "$BEFORE")"',
        '} >> "$GITHUB_OUTPUT"',
      ],
      4,
    ),
  ];
}

const repositoryOutput = '${{ steps.name.outputs.repository }}';

function buildStep(request: PipelineRequest, value: ValueOf): readonly string[] {
  const { images, cache } = request;
  const secrets = secretsOf(request);
  const [image] = images;
  const isMatrix = images.length > 1;
  const hasTarget = images.some(({ target }) => target !== undefined);
  const hasArguments = images.some(({ buildArgs }) => Object.keys(buildArgs).length > 0);
  const ownArguments = isMatrix
    ? hasArguments
      ? ['    build-args: ${{ matrix.build-args }}']
      : []
    : argumentLines(image?.buildArgs ?? {}, 'build-args', 4);
  const scope = `scope=${value('name', image?.name)}`;
  const ofCache =
    cache === 'gha'
      ? [`    cache-from: type=gha,${scope}`, `    cache-to: type=gha,mode=max,${scope},ignore-error=true`]
      : [
          `    cache-from: type=registry,ref=${repositoryOutput}:buildcache`,
          '    # Pull requests read the cache of the branch, and do not write it: what they build is not reviewed.',
          `    cache-to: \${{ github.event_name != 'pull_request' && format('${registryCacheTo('{0}:buildcache', request)}', steps.name.outputs.repository) || '' }}`,
        ];
  return [
    '- name: Build',
    `  uses: ${actions.build}`,
    '  env:',
    '    DOCKER_BUILD_RECORD_UPLOAD: false',
    ...secrets.map(({ variable }) => `    ${variable}: \${{ secrets.${variable} }}`),
    '  with:',
    `    context: ${value('context', image?.context)}`,
    `    file: ${value('dockerfile', image?.dockerfile)}`,
    ...(hasTarget ? [`    target: ${value('target', image?.target)}`] : []),
    ...ownArguments,
    ...(secrets.length === 0
      ? []
      : ['    secret-envs: |', ...secrets.map(({ id, variable }) => `      ${id}=${variable}`)]),
    `    outputs: ${archiveOutput('${{ runner.temp }}/image.tar', request)}`,
    '    # What is pushed is the image alone; attest its digest with actions/attest-build-provenance.',
    '    provenance: false',
    ...ofCache,
  ];
}

function checkStep(request: PipelineRequest): readonly string[] {
  const { images } = request;
  const [image] = images;
  const isMatrix = images.length > 1;
  const gates = isMatrix
    ? [
        ...(images.some(({ gatesFile }) => gatesFile !== undefined) ? ['${GATES:+--gates "$GATES"}'] : []),
        ...(images.some(({ maxGrowth }) => maxGrowth !== undefined)
          ? ['${MAX_GROWTH:+--max-growth "$MAX_GROWTH"}']
          : []),
      ]
    : [
        ...(image?.gatesFile === undefined ? [] : [`--gates ${shellWord(image.gatesFile)}`]),
        ...(image?.maxGrowth === undefined ? [] : [`--max-growth ${shellWord(image.maxGrowth)}`]),
      ];
  const variables = isMatrix
    ? [
        '    NAME: ${{ matrix.name }}',
        ...(gates.some((one) => one.includes('GATES')) ? ['    GATES: ${{ matrix.gates }}'] : []),
        ...(gates.some((one) => one.includes('MAX_GROWTH'))
          ? ['    MAX_GROWTH: ${{ matrix.max-growth }}']
          : []),
      ]
    : [`    NAME: ${scalar(image?.name ?? '')}`];
  return [
    '- name: Check, and compare with the image before',
    '  env:',
    `    BEFORE: registry:${repositoryOutput}:\${{ steps.name.outputs.before }}`,
    ...variables,
    '  run: |',
    `    ${npxOf(request)} check "oci-archive:$RUNNER_TEMP/image.tar" \\`,
    '      --baseline "$BEFORE" --baseline-optional \\',
    ...gates.map((one) => `      ${one} \\`),
    '      --title "$NAME" --markdown "$RUNNER_TEMP/plimsoll-$NAME.md"',
  ];
}

function pushStep(request: PipelineRequest): readonly string[] {
  return [
    '- name: Push',
    "  if: github.event_name != 'pull_request'",
    '  env:',
    `    REPOSITORY: ${repositoryOutput}`,
    '    TAG: ${{ steps.name.outputs.tag }}',
    '  run: |',
    '    for tag in "sha-$GITHUB_SHA" "$TAG"; do',
    `      ${npxOf(request)} push "oci-archive:$RUNNER_TEMP/image.tar" "$REPOSITORY:$tag"`,
    '    done',
  ];
}

function reportStep(name: string): readonly string[] {
  return [
    '- name: Keep the report for the comment',
    "  if: github.event_name == 'pull_request' && !cancelled()",
    `  uses: ${actions.uploadArtifact}`,
    '  with:',
    `    name: plimsoll-${name}`,
    '    path: ${{ runner.temp }}/plimsoll-*.md',
    '    if-no-files-found: ignore',
    '    retention-days: 1',
  ];
}
