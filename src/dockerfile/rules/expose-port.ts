import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

const highest = 65_535;

/** EXPOSE of what is no port. */
export const exposePort: LintRule = {
  id: 'expose-port',
  hadolint: 'DL3011',
  severity: 'error',
  title: 'EXPOSE of what is no port',
  check: ({ model }) =>
    instructionsOf(model, 'expose').flatMap(({ syntax }) =>
      argumentWords(syntax).flatMap(({ text, range }) => {
        const fault = faultOf(text.replace(/^(["'])(.*)\1$/, '$2'));
        return fault === undefined ? [] : [{ range, message: `${text}: ${fault}` }];
      }),
    ),
};

/** `80`, `8000-8010`, `53/udp`; addresses and ports of the host are another rule's, variables are not known. */
function faultOf(text: string): string | undefined {
  if (/[$:]/.test(text)) return undefined;
  const [, first, last, protocol] = /^(\d+)(?:-(\d+))?(?:\/([a-z]*))?$/i.exec(text) ?? [];
  if (first === undefined) return 'this is no port';
  if (Number(first) > highest || Number(last ?? 0) > highest) return `ports end at ${highest}`;
  if (last !== undefined && Number(last) < Number(first)) return 'the range ends before it begins';
  return protocol === undefined || /^(?:tcp|udp|sctp)$/i.test(protocol)
    ? undefined
    : 'the protocol is tcp, udp or sctp';
}
