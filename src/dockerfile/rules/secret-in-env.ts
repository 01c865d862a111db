import { isSecretName } from '../secret-names.ts';
import type { LintRule } from './rule.ts';
import { pairsOf } from './visit.ts';

/** A secret in ARG or ENV. */
export const secretInEnv: LintRule = {
  id: 'secret-in-env',
  hadolint: 'DL3064',
  buildkit: 'SecretsUsedInArgOrEnv',
  severity: 'warning',
  title: 'a secret in ARG or ENV',
  check: (subject) =>
    pairsOf(subject, 'arg', 'env').flatMap(({ pair }) =>
      isSecretName(pair.name)
        ? [
            {
              range: pair.range,
              message: `${pair.name} looks like a secret, and stays readable in the image: use RUN --mount=type=secret`,
            },
          ]
        : [],
    ),
};
