import { posix } from 'node:path';
import { programOf } from '../programs.ts';
import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';

const archive = /\.(?:tar|tgz|tbz2?|txz|gz|bz2|xz|tar\.\w+)$/i;

/** An archive that is copied and then unpacked. */
export const copiedArchive: LintRule = {
  id: 'copied-archive',
  hadolint: 'DL3010',
  severity: 'info',
  title: 'an archive is copied and unpacked',
  check: ({ model }) =>
    model.stages.flatMap(({ instructions }) =>
      instructions.flatMap(({ syntax }, at) => {
        if (syntax.keyword !== 'copy' || syntax.flags.some(({ name }) => name === 'from')) return [];
        const words = argumentWords(syntax);
        const unpacking = instructions
          .slice(at + 1)
          .flatMap(({ commands }) => commands ?? [])
          .filter((command) => ['tar', 'gunzip', 'bunzip2', 'unxz'].includes(programOf(command)))
          .filter(
            (command) =>
              programOf(command) !== 'tar' ||
              command.words.some((word, place) =>
                place === 1
                  ? /^-{0,2}[a-zA-Z]*x|^--extract$/.test(word)
                  : /^-[a-zA-Z]*x|^--(?:extract|get)$/.test(word),
              ),
          )
          .flatMap(({ words: arguments_ }) => arguments_.map(baseName));
        return words
          .slice(0, -1)
          .filter(
            ({ text }) => archive.test(text) && namesOf(text, words).some((name) => unpacking.includes(name)),
          )
          .map(({ text, range }) => ({
            range,
            message: `${text} is stored packed and unpacked: ADD unpacks it by itself`,
          }));
      }),
    ),
};

/** Under which names an archive lies in the image: its own, or that of the target. */
function namesOf(source: string, words: readonly { readonly text: string }[]): readonly string[] {
  const target = words.at(-1)?.text ?? '';
  return [baseName(source), ...(words.length === 2 && archive.test(target) ? [baseName(target)] : [])];
}

function baseName(path: string): string {
  return posix.basename(path.replaceAll('\\', '/'));
}
