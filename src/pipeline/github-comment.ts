import { actions } from './action-versions.ts';
import { indented } from './pipeline-text.ts';

/** What tells our comment from others. */
export const commentMark = '<!-- plimsoll -->';

/** The job that keeps one comment of a pull request current; in a fork's, where it may not write, it is passed by. */
export function githubComment(): readonly string[] {
  return [
    'needs: image',
    'if: >-',
    "  !cancelled() && github.event_name == 'pull_request'",
    '  && github.event.pull_request.head.repo.full_name == github.repository',
    'runs-on: ubuntu-latest',
    'timeout-minutes: 5',
    'permissions:',
    '  pull-requests: write',
    'steps:',
    ...indented(
      [
        `- uses: ${actions.downloadArtifact}`,
        '  with:',
        '    pattern: plimsoll-*',
        '    merge-multiple: true',
        '    path: reports',
        '- name: Write the comment, or bring it up to date',
        '  env:',
        '    GH_TOKEN: ${{ github.token }}',
        '    NUMBER: ${{ github.event.pull_request.number }}',
        '  run: |',
        ...indented(commentScript, 4),
      ],
      2,
    ),
  ];
}

const commentScript: readonly string[] = [
  'set -- reports/plimsoll-*.md',
  '[ -e "$1" ] || { echo "There is no report: the build did not get that far."; exit 0; }',
  `{ echo '${commentMark}'; cat "$@"; } | head -c 60000 > comment.md`,
  'id=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" \\',
  `  --jq '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith("${commentMark}"))) | .id' | head -n 1)`,
  'if [ -n "$id" ]; then',
  '  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field body=@comment.md --silent',
  'else',
  '  gh api --method POST "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" --field body=@comment.md --silent',
  'fi',
];
