import { actions } from './action-versions.ts';
import { hasBuildArgs, npxOf, type PipelineImage, type PipelineRequest, secretsOf } from './pipeline.ts';
import { indented, scalar, shellWord } from './pipeline-text.ts';
import { archiveOutput, registryCacheTo, registryOf, repositorySuffix } from './repository-of.ts';
import { tagFunction } from './shell-lines.ts';

/** The value of a property of the one image, or of the matrix's current one. */
export type ValueOf = (
  key: 'name' | 'context' | 'dockerfile' | 'target',
  value: string | undefined,
) => string;

/** Whether images go to GitHub's registry: `ghcr.io`, or nobody names another. */
export function isGithubRegistry(repository: string | undefined): boolean {
  return repository === undefined || registryOf(repository) === 'ghcr.io';
}

/** Build arguments as the lines of a block below a key; none where there are none. */
export function argumentLines(
  buildArgs: PipelineImage['buildArgs'],
  key: string,
  spaces: number,
): readonly string[] {
  const pairs = Object.entries(buildArgs);
  if (pairs.length === 0) return [];
  return indented([`${key}: |`, ...pairs.map(([name, value]) => `  ${name}=${value}`)], spaces);
}

/** Logs in to GitHub's registry as the run, to others with the repository's secrets. */
export function loginStep(repository: string | undefined): readonly string[] {
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
export function nameStep(request: PipelineRequest): readonly string[] {
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
        tagFunction,
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

/** Builds into an archive, with the cache. */
export function buildStep(request: PipelineRequest, value: ValueOf): readonly string[] {
  const { images, cache } = request;
  const secrets = secretsOf(request);
  const [image] = images;
  const isMatrix = images.length > 1;
  const hasTarget = images.some(({ target }) => target !== undefined);
  const ownArguments = isMatrix
    ? hasBuildArgs(request)
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

/** Judges the gates, against the image before. */
export function checkStep(request: PipelineRequest): readonly string[] {
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

/** Pushes what has passed, but for pull requests. */
export function pushStep(request: PipelineRequest): readonly string[] {
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

/** Hands the report to the job that comments. */
export function reportStep(name: string): readonly string[] {
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
