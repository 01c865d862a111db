import { gitlabComment } from './gitlab-comment.ts';
import {
  hasBuildArgs,
  headerOf,
  npxOf,
  type PipelineImage,
  type PipelineProvider,
  type PipelineRequest,
  secretPreparation,
} from './pipeline.ts';
import { indented, scalar } from './pipeline-text.ts';
import {
  archiveOutput,
  isAmazonRegistry,
  pathFilters,
  registryCacheTo,
  registryOf,
  repositorySuffix,
} from './repository-of.ts';
import { secretArguments, tagFunction } from './shell-lines.ts';

/** Jobs of GitLab CI: one an image, that builds, checks and pushes, and one for the comment. They stand beside others, or in a file of their own that is included. */
export const gitlab: PipelineProvider = {
  name: 'gitlab',
  path: '.gitlab-ci.yml',
  caches: ['registry'],
  isExecutable: false,
  write: (request) =>
    [
      ...headerOf('gitlab', request),
      '',
      '.plimsoll-image:',
      ...indented(sharedJob(request), 2),
      ...request.images.flatMap((image) => [
        '',
        `${jobOf(request, image)}:`,
        ...indented(imageJob(request, image), 2),
      ]),
      '',
      'plimsoll-comment:',
      ...indented(gitlabComment(request.images.map((image) => jobOf(request, image))), 2),
      '',
    ].join('\n'),
  preparations: ({ repository, images }) => [
    ...secretPreparation({ images }, 'in CI/CD settings, masked'),
    ...(repository === undefined
      ? []
      : [
          `Log in to ${registryOf(repository)} is done with the variables REGISTRY_USERNAME and REGISTRY_PASSWORD: set them in CI/CD settings, masked and protected.`,
          ...(isAmazonRegistry(repository)
            ? [
                "Amazon's passwords are good for twelve hours: put `aws ecr get-login-password` before the log in, in place of REGISTRY_PASSWORD (the user name is AWS).",
              ]
            : []),
        ]),
    'For the comment in merge requests, set the masked variable PLIMSOLL_COMMENT_TOKEN to a project access token with the scope api (Reporter); without it the job is passed by.',
    'A runner with privileged Docker-in-Docker is needed, as for every docker build.',
  ],
};

function jobOf({ images }: PipelineRequest, { name }: PipelineImage): string {
  return images.length === 1 ? 'plimsoll-image' : `plimsoll-image-${name}`;
}

function sharedJob(request: PipelineRequest): readonly string[] {
  return [
    'stage: build',
    'image: docker:29',
    'services:',
    '  - docker:29-dind',
    'timeout: 1h',
    'interruptible: true',
    'variables:',
    '  DOCKER_TLS_CERTDIR: /certs',
    'before_script:',
    '  # Node.js 22.18 or later runs Plimsoll.',
    '  - apk add --no-cache nodejs npm',
    ...indented(loginLines(request), 2),
    '  # A builder that can keep a cache elsewhere; it talks to the service by its certificates.',
    '  - docker context create plimsoll',
    '  - docker buildx create --name plimsoll --use plimsoll',
    'script:',
    '  - |',
    ...indented(script(request), 4),
    'artifacts:',
    '  when: always',
    '  expire_in: 1 week',
    '  expose_as: Image size and gates',
    '  paths:',
    '    - plimsoll-report/',
    '  reports:',
    '    junit: plimsoll-report/*.xml',
  ];
}

function loginLines({ repository }: PipelineRequest): readonly string[] {
  if (repository === undefined) {
    return [
      `- printf '%s' "$CI_REGISTRY_PASSWORD" | docker login --username "$CI_REGISTRY_USER" --password-stdin "$CI_REGISTRY"`,
    ];
  }
  const registry = registryOf(repository);
  const host = registry === 'docker.io' ? '' : ` ${registry}`;
  return [
    '# A protected variable is not there in merge requests, which then read what is public.',
    `- if [ -n "$REGISTRY_PASSWORD" ]; then printf '%s' "$REGISTRY_PASSWORD" | docker login --username "$REGISTRY_USERNAME" --password-stdin${host}; fi`,
  ];
}

function script(request: PipelineRequest): readonly string[] {
  return [
    'set -eu',
    tagFunction,
    'tag=$(tag_of "$CI_COMMIT_REF_NAME")',
    '# A merge request is compared with its target, a branch with itself, a tag with the default branch.',
    'before=$(tag_of "${CI_MERGE_REQUEST_TARGET_BRANCH_NAME:-${CI_COMMIT_BRANCH:-$CI_DEFAULT_BRANCH}}")',
    'archive=$(mktemp)',
    'set -- --file "$DOCKERFILE" --provenance=false',
    `set -- "$@" --output "${archiveOutput('$archive', request)}"`,
    '[ -z "$TARGET" ] || set -- "$@" --target "$TARGET"',
    ...(hasBuildArgs(request)
      ? [
          'while IFS= read -r argument; do',
          '  [ -z "$argument" ] || set -- "$@" --build-arg "$argument"',
          'done <<END',
          '$BUILD_ARGUMENTS',
          'END',
        ]
      : []),
    ...secretArguments(request),
    'set -- "$@" --cache-from "type=registry,ref=$REPOSITORY:buildcache"',
    '# Merge requests read the cache of the branch, and do not write it: what they build is not reviewed.',
    'if [ -z "${CI_MERGE_REQUEST_IID:-}" ]; then',
    `  set -- "$@" --cache-to "${registryCacheTo('$REPOSITORY:buildcache', request)}"`,
    'fi',
    'docker buildx build "$@" "$CONTEXT"',
    '# Not before: it would be a part of what is built.',
    'mkdir -p plimsoll-report',
    `${npxOf(request)} check "oci-archive:$archive" \\`,
    '  --baseline "registry:$REPOSITORY:$before" --baseline-optional \\',
    '  ${GATES:+--gates "$GATES"} ${MAX_GROWTH:+--max-growth "$MAX_GROWTH"} \\',
    '  --title "$NAME" --markdown "plimsoll-report/$NAME.md" --junit "plimsoll-report/$NAME.xml"',
    'if [ -z "${CI_MERGE_REQUEST_IID:-}" ]; then',
    '  for tag in "sha-$CI_COMMIT_SHA" "$tag"; do',
    `    ${npxOf(request)} push "oci-archive:$archive" "$REPOSITORY:$tag"`,
    '  done',
    'fi',
  ];
}

function imageJob(request: PipelineRequest, image: PipelineImage): readonly string[] {
  const { name, context, dockerfile, target, buildArgs, gatesFile, maxGrowth } = image;
  const repository = `${request.repository ?? '$CI_REGISTRY_IMAGE'}${repositorySuffix(request, name)}`;
  const pairs = Object.entries(buildArgs);
  // What the values hold is data: GitLab would fill in its variables.
  const argumentsOf =
    pairs.length === 0
      ? hasBuildArgs(request)
        ? ['BUILD_ARGUMENTS: ""']
        : []
      : [
          'BUILD_ARGUMENTS:',
          '  value: |',
          ...pairs.map(([key, value]) => `    ${key}=${value}`),
          '  expand: false',
        ];
  // Ruby's File.fnmatch, with braces.
  const changes = pathFilters([image], { place: request.place, special: /[*?[\]{}\\]/g });
  const filters =
    changes === undefined
      ? []
      : [
          'changes:',
          ...indented(
            changes.map((one) => `- ${scalar(one)}`),
            2,
          ),
        ];
  return [
    'extends: .plimsoll-image',
    'variables:',
    ...indented(
      [
        `NAME: ${scalar(name)}`,
        `REPOSITORY: ${repository}`,
        `CONTEXT: ${scalar(context)}`,
        `DOCKERFILE: ${scalar(dockerfile)}`,
        `TARGET: ${scalar(target ?? '')}`,
        `GATES: ${scalar(gatesFile ?? '')}`,
        `MAX_GROWTH: ${scalar(maxGrowth ?? '')}`,
        ...argumentsOf,
      ],
      2,
    ),
    'rules:',
    ...indented(
      [
        '- if: $CI_PIPELINE_SOURCE == "merge_request_event"',
        ...indented(filters, 2),
        `- if: $CI_COMMIT_BRANCH == "${request.branch}"`,
        ...indented(filters, 2),
        '- if: $CI_COMMIT_TAG',
      ],
      2,
    ),
  ];
}
