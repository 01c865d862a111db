import { findSecrets } from '../../finding/index.ts';
import { isSecretName } from '../secret-names.ts';
import type { DockerfileSyntax, InstructionSyntax } from '../syntax/syntax.ts';
import { parseNameValues } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

const schemes = /^(?:https?|git|ssh|git\+\w+)$/i;

/** A token, a private key or the credentials of a URL, written into an instruction. */
export const secretInCommand: LintRule = {
  id: 'secret-in-command',
  severity: 'error',
  title: 'a secret is written into an instruction',
  check: ({ model, syntax: { text, escape: escapeCharacter } }) =>
    instructionsOf(model).flatMap(({ syntax }) => {
      // Told by its name: secret-in-env.
      if (/^(?:arg|env)$/.test(syntax.keyword) && namesOf(syntax, escapeCharacter).some(isSecretName))
        return [];
      const { start } = syntax.range;
      const written = text.slice(start, syntax.range.end);
      return findSecrets(written)
        .filter(
          ({ kind, start: at }) =>
            kind !== 'password' && (kind !== 'URL credentials' || isRemote(written, at)),
        )
        .map((secret) => ({
          range: { start: start + secret.start, end: start + secret.end },
          message: `${kindOf(secret.kind)} stays readable in the history of the image: use RUN --mount=type=secret, and have it replaced where it is used`,
        }));
    }),
};

function namesOf(syntax: InstructionSyntax, escapeCharacter: DockerfileSyntax['escape']): readonly string[] {
  return parseNameValues(syntax, escapeCharacter).map(({ name }) => name);
}

/** Credentials of a data base that is made for the build are none that anybody else has. */
function isRemote(text: string, at: number): boolean {
  const scheme = /([\w+]+):\/\/[^\s/]*$/.exec(text.slice(0, at))?.[1] ?? '';
  return schemes.test(scheme);
}

function kindOf(kind: string): string {
  if (kind === 'URL credentials') return 'the password of a URL';
  return kind === 'private key' ? 'a private key' : 'an access token';
}
