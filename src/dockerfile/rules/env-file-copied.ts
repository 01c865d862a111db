import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

const secretFile =
  /(?:^|\/)(?:\.env(?:\.[\w.-]+)?|\.netrc|\.pypirc|\.npmrc|id_(?:rsa|ed25519|ecdsa)|credentials\.json|service[-_]account\.json)$/;
const sample = /(?:example|sample|template|dist|default)/i;

/** A file of secrets is copied. */
export const envFileCopied: LintRule = {
  id: 'env-file-copied',
  severity: 'error',
  title: 'a file of secrets is copied',
  check: ({ model }) =>
    instructionsOf(model, 'copy', 'add').flatMap(({ syntax }) =>
      syntax.flags.some(({ name }) => name === 'from')
        ? []
        : argumentWords(syntax)
            .slice(0, -1)
            .filter(({ text }) => secretFile.test(text) && !sample.test(text))
            .map(({ text, range }) => ({
              range,
              message: `${text} holds secrets, and everybody who pulls the image can read it`,
            })),
    ),
};
