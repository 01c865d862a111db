import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

const special =
  /^(?:[a-z][a-z\d+.-]*:\/\/|[\w.-]+@[\w.-]+:)|\.(?:tar|tgz|tbz2?|txz|tzst|gz|bz2|xz|lz|lzma|zst|Z)$|\.tar\./i;

// ADD unpacks by content, whatever the name: only a directory or a text file surely stays as it is.
const certain = /^\.$|\/$|\.(?:py|txt|toml|sh|json|ya?ml|cfg|ini|conf|md|lock)$/;

/** ADD where COPY would do. */
export const addForFiles: LintRule = {
  id: 'add-for-files',
  hadolint: 'DL3020',
  severity: 'error',
  title: 'ADD where COPY would do',
  check: ({ model }) =>
    instructionsOf(model, 'add').flatMap(({ syntax }) => {
      const sources = argumentWords(syntax)
        .map(({ text }) => text.replace(/^(["'])(.*)\1$/, '$2'))
        .slice(0, -1);
      const isPlain =
        !sources.some((source) => special.test(source) || source.includes('$')) &&
        syntax.heredocs.length === 0;
      if (!isPlain || syntax.flags.some(({ name }) => ['checksum', 'keep-git-dir', 'unpack'].includes(name)))
        return [];
      const keyword = { start: syntax.range.start, end: syntax.range.start + 3 };
      return [
        {
          range: syntax.range,
          message: 'ADD unpacks and downloads: for plain files take COPY',
          ...(sources.every((source) => certain.test(source))
            ? { edits: [{ range: keyword, newText: 'COPY' }] }
            : {}),
        },
      ];
    }),
};
