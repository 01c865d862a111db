import { isSecretName } from '../secret-names.ts';
import type { NameValue } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';
import { pairsOf } from './visit.ts';

/** A switch or a number: nobody's secret. */
const harmless = /^["']?(?:[01]|true|false|yes|no|on|off|none|null)["']?$/i;

/** A secret in ARG or ENV. */
export const secretInEnv: LintRule = {
  id: 'secret-in-env',
  hadolint: 'DL3064',
  buildkit: 'SecretsUsedInArgOrEnv',
  severity: 'warning',
  title: 'a secret in ARG or ENV',
  check: (subject) =>
    pairsOf(subject, 'arg', 'env').flatMap(({ pair, instruction }) =>
      isSecretName(pair.name) && !harmless.test(pair.value ?? '')
        ? [
            {
              range: pair.range,
              message: messageOf(pair, { ...instruction.before.args, ...instruction.before.variables }),
            },
          ]
        : [],
    ),
};

function messageOf({ name, value }: NameValue, variables: object): string {
  // What is not declared is empty, whatever the build is given.
  const reference = /^"?\$\{?(\w+)\}?"?$/.exec(value ?? '')?.[1];
  const isUndeclared = reference !== undefined && !Object.hasOwn(variables, reference);
  return isUndeclared || /^(?:""|'')?$/.test(value ?? 'given with the build')
    ? `${name} is an empty place for a secret: give it to the container when it runs, and never write it here`
    : `${name} looks like a secret, and stays readable in the image: use RUN --mount=type=secret`;
}
