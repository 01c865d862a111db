import type { Instruction } from '../model.ts';
import { programOf } from '../programs.ts';
import { keptStages } from '../stage-chain.ts';
import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';

const isBelow = (copy: Instruction, target: string): boolean => {
  const place = argumentWords(copy.syntax).at(-1)?.text ?? '';
  const absolute = (path: string): string | undefined =>
    path.startsWith('/') ? path : /^\.\/?$/.test(path) ? copy.before.workdir : undefined;
  const [from, to] = [absolute(place)?.replace(/(.)\/+$/, '$1'), absolute(target)?.replace(/(.)\/+$/, '$1')];
  return from !== undefined && to !== undefined && (from === to || from.startsWith(`${to}/`));
};

/** Chown -R doubles what it touches. */
export const recursiveChown: LintRule = {
  id: 'recursive-chown',
  severity: 'warning',
  title: 'chown -R doubles what it touches',
  check: ({ model }) =>
    keptStages(model).flatMap(({ instructions }) =>
      instructions.flatMap(({ syntax, commands }, at) => {
        const change = (commands ?? []).find(
          (command) =>
            ['chown', 'chmod'].includes(programOf(command)) &&
            command.words.some((word) => /^-[a-zA-Z]*R|^--recursive$/.test(word)),
        );
        const targets = change?.words.slice(1).filter((word) => word.startsWith('/') || word === '.') ?? [];
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
