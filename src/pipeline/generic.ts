import {
  headerOf,
  npxOf,
  type PipelineImage,
  type PipelineProvider,
  type PipelineRequest,
  secretPreparation,
} from './pipeline.ts';
import { indented, shellWord } from './pipeline-text.ts';
import { archiveOutput, registryCacheTo, repositorySuffix } from './repository-of.ts';
import { secretArguments, tagFunction } from './shell-lines.ts';

/** A script of POSIX sh for every other service, and for a person's own machine. */
export const generic: PipelineProvider = {
  name: 'generic',
  path: 'plimsoll-ci.sh',
  caches: ['registry'],
  isExecutable: true,
  write: (request) =>
    [
      '#!/bin/sh',
      ...headerOf('generic', request),
      ...usage(request),
      ...settings(request),
      '',
      ...functions(request),
      '',
      '# NAME CONTEXT DOCKERFILE TARGET GATES MAX_GROWTH [--build-arg NAME=value …]',
      ...request.images.map((image) => imageLine(image)),
      '',
      'exit "$status"',
      '',
    ].join('\n'),
  preparations: ({ repository, images }) => [
    ...secretPreparation({ images }, 'in the environment of the script'),
    'Log in to the registry before the script runs: docker login.',
    ...(repository === undefined ? ['Say where images go: IMAGE=registry.example.org/team/app.'] : []),
    'Set PUSH=1 where the branch is built, and nowhere else.',
  ],
};

function usage({ branch, repository }: PipelineRequest): readonly string[] {
  const rows = [
    ['IMAGE', `the repository that images go to${repository === undefined ? '' : ` (${repository})`}`],
    ['PUSH', '1 pushes images that pass, and writes the cache; leave it out for a change under review'],
    ['TAGS', 'the tags of this build (the commit; with PUSH=1 the branch, too)'],
    ['BEFORE', `the tag that this build is compared with (${branch})`],
    [
      'REPORT',
      'the directory for plimsoll-NAME.md, a comment, and plimsoll-NAME.xml, JUnit (plimsoll-report)',
    ],
    ['PLIMSOLL', 'the program, where it is installed (npx fetches it otherwise)'],
  ];
  return [
    '#',
    '# Builds the images, checks their gates, compares them with those before, and pushes them.',
    '# Needs Docker and, for npx, Node.js 22.18 or later. Log in to the registry first: no secret is read here.',
    '#',
    ...rows.map(([name = '', text]) => `#   ${name.padEnd(9)} ${text}`),
    '#',
    '# Exit code: 0 all is well; 1 a gate fails; 2 an error; 3 a gate cannot be judged.',
  ];
}

function settings({ repository, branch, place }: PipelineRequest): readonly string[] {
  const image =
    repository === undefined
      ? 'IMAGE=${IMAGE:?say where images go, for example IMAGE=registry.example.org/team/app}'
      : `IMAGE=\${IMAGE:-${repository}}`;
  return [
    'set -eu',
    '',
    image,
    'PUSH=${PUSH:-0}',
    `BRANCH=${shellWord(branch)}`,
    `commit=\${COMMIT:-$(git rev-parse HEAD 2>/dev/null || date -u +%Y%m%d%H%M%S)}`,
    tagFunction,
    'branch_tag=$(tag_of "$BRANCH")',
    'BEFORE=${BEFORE:-$branch_tag}',
    'if [ "$PUSH" = 1 ]; then TAGS=${TAGS:-"sha-$commit $branch_tag"}; else TAGS=${TAGS:-"sha-$commit"}; fi',
    'REPORT=${REPORT:-plimsoll-report}',
    // Paths below are relative to the repository.
    `cd "$(dirname "$0")${'/..'.repeat(place.split('/').length - 1)}"`,
    '# Reports lie elsewhere while images are built: they would be a part of those.',
    'rm -f "$REPORT"/plimsoll-*.md "$REPORT"/plimsoll-*.xml',
    'rmdir "$REPORT" 2>/dev/null || :',
    'work=$(mktemp -d)',
    'source=',
    `trap 'mkdir -p "$REPORT"`,
    '  cp "$work"/plimsoll-* "$REPORT" 2>/dev/null || :',
    '  rm -rf "$work"',
    `  forget' EXIT`,
    `trap 'exit 2' HUP INT TERM`,
    'status=0',
  ];
}

function functions(request: PipelineRequest): readonly string[] {
  return [
    'plimsoll() {',
    '  if [ -n "${PLIMSOLL:-}" ]; then "$PLIMSOLL" "$@"; else',
    `    ${npxOf(request)} "$@"`,
    '  fi',
    '}',
    '',
    '# Prints where the image is that it builds: REPOSITORY CONTEXT [OPTION …]',
    'build() {',
    '  repository=$1 context=$2',
    '  shift 2',
    '  if docker buildx version >/dev/null 2>&1; then',
    '    # The builder of the engine itself keeps no cache elsewhere.',
    '    docker buildx inspect plimsoll >/dev/null 2>&1 ||',
    '      docker buildx create --name plimsoll --driver docker-container >/dev/null || return 1',
    '    if [ "$PUSH" = 1 ]; then',
    `      set -- "$@" --cache-to "${registryCacheTo('$repository:buildcache', request)}"`,
    '    fi',
    '    docker buildx build --builder plimsoll "$@" --provenance=false \\',
    '      --cache-from "type=registry,ref=$repository:buildcache" \\',
    `      --output "${archiveOutput('$work/image.tar', request)}" "$context" >&2 || return 1`,
    '    echo "oci-archive:$work/image.tar"',
    '  else',
    '    # Docker without buildx: the cache is in the image before, and whoever pulls may be as old.',
    '    local_name=plimsoll-ci/$(basename "$repository"):$commit',
    '    DOCKER_BUILDKIT=1 docker build "$@" --tag "$local_name" --build-arg BUILDKIT_INLINE_CACHE=1 \\',
    '      --cache-from "$repository:$BEFORE" "$context" >&2 || return 1',
    '    echo "docker:$local_name"',
    '  fi',
    '}',
    '',
    '# A machine that stays would keep the image of every commit. The cache of the build remains.',
    'forget() {',
    '  case $source in docker:*) docker image rm "${source#docker:}" >/dev/null 2>&1 || : ;; esac',
    '  source=',
    '}',
    '',
    '# The worst code of all decides; an error ends everything.',
    'note() {',
    '  case $1 in',
    '    0) ;;',
    '    1 | 3) if [ "$status" -ne 1 ]; then status=$1; fi ;;',
    '    *) exit 2 ;;',
    '  esac',
    '}',
    '',
    'image() {',
    '  name=$1 context=$2 dockerfile=$3 target=$4 gates=$5 max_growth=$6',
    '  shift 6',
    ...(request.images.length === 1
      ? ['  repository=$IMAGE']
      : [`  repository=$IMAGE${repositorySuffix(request, '$name')}`]),
    '  set -- --file "$dockerfile" "$@"',
    '  if [ -n "$target" ]; then set -- "$@" --target "$target"; fi',
    ...indented(secretArguments(request), 2),
    '  source=$(build "$repository" "$context" "$@") || exit 2',
    '',
    '  code=0',
    '  plimsoll check "$source" --baseline "registry:$repository:$BEFORE" --baseline-optional \\',
    '    ${gates:+--gates "$gates"} ${max_growth:+--max-growth "$max_growth"} \\',
    '    --title "$name" --markdown "$work/plimsoll-$name.md" --junit "$work/plimsoll-$name.xml" || code=$?',
    '  note "$code"',
    '',
    '  if [ "$code" -eq 0 ] && [ "$PUSH" = 1 ]; then',
    '    for tag in $TAGS; do',
    `      plimsoll push "$source" "$repository:$tag" --compat ${request.compat === 'any' ? 'any' : '"$(compat_of "$source")"'} || exit 2`,
    '    done',
    '  fi',
    '  forget',
    '}',
    ...(request.compat === 'any'
      ? []
      : [
          '',
          '# What an engine without buildx stores is for engines like it.',
          'compat_of() {',
          '  case $1 in docker:*) echo any ;; *) echo current ;; esac',
          '}',
        ]),
  ];
}

function imageLine({
  name,
  context,
  dockerfile,
  target,
  buildArgs,
  gatesFile,
  maxGrowth,
}: PipelineImage): string {
  const words = [name, context, dockerfile, target ?? '', gatesFile ?? '', maxGrowth ?? ''];
  const pairs = Object.entries(buildArgs).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]);
  return ['image', ...[...words, ...pairs].map(shellWord)].join(' ');
}
