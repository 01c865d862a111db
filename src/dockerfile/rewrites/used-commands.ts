import type { Stage } from '../model.ts';

/**
 * The programs that a stage itself calls, each with the place that calls it: in RUN, CMD, ENTRYPOINT and HEALTHCHECK.
 * `curl` → `HEALTHCHECK`.
 */
export function usedCommands(stage: Stage): Map<string, string> {
  const used = new Map<string, string>();
  for (const { syntax, commands } of stage.instructions) {
    const where = syntax.keyword.toUpperCase();
    for (const command of commands ?? []) used.set(baseName(command.words[0] ?? ''), where);
    if (!['cmd', 'entrypoint', 'healthcheck'].includes(syntax.keyword)) continue;
    const words = syntax.json ?? syntax.value.split(/[\s|&;()"']+/);
    for (const word of words) if (/^[\w./-]+$/.test(word)) used.set(baseName(word), where);
  }
  return used;
}

function baseName(word: string): string {
  return word.split('/').pop() ?? word;
}
