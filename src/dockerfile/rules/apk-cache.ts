import type { LintRule } from './rule.ts';
import { cacheTargets, keptStages, programOf } from './visit.ts';

/** apk keeps the index of its packages in the layer. */
export const apkCache: LintRule = {
  id: 'apk-cache',
  hadolint: 'DL3019',
  severity: 'info',
  title: 'apk keeps its index in the layer',
  check: ({ model }) =>
    keptStages(model)
      .flatMap(({ instructions }) => instructions)
      .flatMap((instruction) => {
        const commands = instruction.commands ?? [];
        const isKept =
          cacheTargets(instruction).some((target) =>
            /^\/(?:var\/cache(?:\/apk)?|etc\/apk\/cache)$/.test(target),
          ) ||
          commands.some(
            (command) =>
              (programOf(command) === 'rm' && command.words.some((word) => /^\/var\/cache\b/.test(word))) ||
              (programOf(command) === 'apk' &&
                command.words.includes('cache') &&
                command.words.includes('clean')),
          );
        if (isKept) return [];
        return commands.flatMap((command) => {
          const at = command.words.indexOf('add');
          const word = command.wordRanges[at];
          const isBad =
            programOf(command) === 'apk' &&
            word !== undefined &&
            !command.words.some((one) => /^--no-cache$|^--cache-dir/.test(one));
          return isBad
            ? [
                {
                  range: command.range,
                  message:
                    'the index stays in this layer: add --no-cache, which reads it anew and keeps nothing',
                  edits: [{ range: { start: word.end, end: word.end }, newText: ' --no-cache' }],
                },
              ]
            : [];
        });
      }),
};
