import { commentMark } from './github-comment.ts';
import { indented } from './pipeline-text.ts';

/** The job that keeps one note of a merge request current, where a token for that is there. */
export function gitlabComment(imageJobs: readonly string[]): readonly string[] {
  return [
    'stage: test',
    'image: alpine:3.22',
    'needs:',
    ...indented(
      imageJobs.flatMap((job) => [`- job: ${job}`, '  artifacts: true', '  optional: true']),
      2,
    ),
    'rules:',
    '  # A failed gate is what the note is for. In forks there is no token.',
    '  - if: $CI_PIPELINE_SOURCE == "merge_request_event" && $PLIMSOLL_COMMENT_TOKEN',
    '    when: always',
    'allow_failure: true',
    'interruptible: true',
    'timeout: 5m',
    'variables:',
    '  GIT_STRATEGY: none',
    'script:',
    '  - apk add --no-cache curl jq',
    '  - |',
    ...indented(script, 4),
  ];
}

const script: readonly string[] = [
  'set -eu',
  'set -- plimsoll-report/*.md',
  '[ -e "$1" ] || { echo "There is no report: the build did not get that far."; exit 0; }',
  `{ echo '${commentMark}'; cat "$@"; } | head -c 900000 > note.md`,
  'api() { curl --fail --silent --show-error --header "PRIVATE-TOKEN: $PLIMSOLL_COMMENT_TOKEN" "$@"; }',
  'notes=$CI_API_V4_URL/projects/$CI_MERGE_REQUEST_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes',
  'me=$(api "$CI_API_V4_URL/user" | jq .id)',
  'id=$(api "$notes?sort=asc&order_by=created_at&per_page=100" |',
  `  jq --argjson me "$me" '[.[] | select(.author.id == $me and (.body | startswith("${commentMark}"))) | .id][0] // empty')`,
  'if [ -n "$id" ]; then',
  '  api --request PUT --data-urlencode body@note.md --output /dev/null "$notes/$id"',
  'else',
  '  api --request POST --data-urlencode body@note.md --output /dev/null "$notes"',
  'fi',
];
