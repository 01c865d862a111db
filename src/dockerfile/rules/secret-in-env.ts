import type { LintRule } from './rule.ts';
import { pairsOf } from './visit.ts';

// BuildKit's words, whole between underscores.
const secret = /(?:^|_)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
const plain =
  /public|_(?:file|path|dir|url|name|type|limit|count|length|size|id|timeout|algorithm)$|^(?:token|max_token|key)_|^ssh_auth_sock$|^apt_key|gpg_key|(?:^|_)key_?ring/i;

/** A secret in ARG or ENV. */
export const secretInEnv: LintRule = {
  id: 'secret-in-env',
  hadolint: 'DL3064',
  buildkit: 'SecretsUsedInArgOrEnv',
  severity: 'warning',
  title: 'a secret in ARG or ENV',
  check: (subject) =>
    pairsOf(subject, 'arg', 'env').flatMap(({ pair }) =>
      secret.test(pair.name) && !plain.test(pair.name)
        ? [
            {
              range: pair.range,
              message: `${pair.name} looks like a secret, and stays readable in the image: use RUN --mount=type=secret`,
            },
          ]
        : [],
    ),
};
