import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** EXPOSE with a protocol in capitals. */
export const exposeProtocolCasing: LintRule = {
  id: 'expose-protocol-casing',
  buildkit: 'ExposeProtoCasing',
  severity: 'style',
  title: 'the protocol of EXPOSE in capitals',
  check: ({ model }) =>
    instructionsOf(model, 'expose').flatMap(({ syntax }) =>
      argumentWords(syntax).flatMap(({ text, range }) => {
        const protocol = /\/([A-Za-z]+)$/.exec(text)?.[1] ?? '';
        const newText = text.slice(0, text.length - protocol.length) + protocol.toLowerCase();
        return newText === text
          ? []
          : [{ range, message: `${text} should be ${newText}`, edits: [{ range, newText }] }];
      }),
    ),
};
