import type { Instruction } from '../model.ts';
import { programOf } from '../programs.ts';
import { keptStages } from '../stage-chain.ts';
import { expandWord } from '../syntax/expand.ts';
import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';

/** An absolute path, with the variables of the file; a variable of the base may stand first, in one spelling. */
function absolutePath(word: string, { before }: Instruction): string | undefined {
  if (/^\.\/?$/.test(word)) return before.workdir;
  if (!/^[/$]/.test(word) || /[`(]/.test(word)) return undefined;
  try {
    const { text } = expandWord(word, before.variables, { unset: 'keep' });
    return text === '' ? undefined : text.replaceAll(/\$\{(\w+)\}/g, '$$$1').replace(/(.)\/+$/, '$1');
  } catch {
    return undefined;
  }
}

function isBelow(copy: Instruction, target: string): boolean {
  const place = absolutePath(argumentWords(copy.syntax).at(-1)?.text ?? '', copy);
  return place !== undefined && (place === target || place.startsWith(`${target}/`));
}

/** Chown -R doubles what it touches. */
export const recursiveChown: LintRule = {
  id: 'recursive-chown',
  severity: 'warning',
  title: 'chown -R doubles what it touches',
  check: ({ model }) =>
    keptStages(model).flatMap(({ instructions }) =>
      instructions.flatMap((instruction, at) => {
        const { syntax, commands } = instruction;
        const change = (commands ?? []).find(
          (command) =>
            ['chown', 'chmod'].includes(programOf(command)) &&
            command.words.some((word) => /^-[a-zA-Z]*R|^--recursive$/.test(word)),
        );
        const targets = change?.words.slice(1).flatMap((word) => absolutePath(word, instruction) ?? []) ?? [];
        const copied = instructions
          .slice(0, at)
          .some(
            (one) =>
              ['copy', 'add'].includes(one.syntax.keyword) && targets.some((target) => isBelow(one, target)),
          );
        return change !== undefined && copied && syntax.keyword === 'run'
          ? [
              {
                range: change.range,
                message: 'every file that it changes is stored a second time: use COPY --chown or --chmod',
              },
            ]
          : [];
      }),
    ),
};
