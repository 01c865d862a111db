import { aptAction } from '../apt-command.ts';
import type { ShellCommand, Stage } from '../model.ts';

/**
 * The programs that a stage itself calls, each with the place that calls it: in RUN, CMD, ENTRYPOINT and HEALTHCHECK.
 * `curl` → `HEALTHCHECK`.
 */
export function usedCommands(stage: Stage): Map<string, string> {
  const used = new Map<string, string>();
  for (const { syntax, commands } of stage.instructions) {
    const where = syntax.keyword.toUpperCase();
    for (const command of commands ?? [])
      for (const program of calledPrograms(command)) used.set(program, where);
    if (!['cmd', 'entrypoint', 'healthcheck'].includes(syntax.keyword)) continue;
    const words = syntax.json ?? syntax.value.split(/[\s|&;()"']+/);
    for (const word of words) if (/^[\w./-]+$/.test(word)) used.set(baseName(word), where);
  }
  return used;
}

const starters =
  /^(sudo|su|gosu|su-exec|bash|sh|dash|zsh|xargs|env|time|nice|exec|timeout|eval|find|watch|tini|dumb-init|conda|parallel)$/;

/** The program of a command; of one that starts another (`sudo -H pip3`, `bash -c "git clone"`), every word that may be one. */
function programWords(command: ShellCommand): readonly string[] {
  const [program = '', ...rest] = command.words;
  if (!starters.test(baseName(program)) || aptAction(command) !== undefined) return [program];
  return [
    program,
    ...rest.flatMap((word) => word.split(/[\s|&;()"']+/)).filter((word) => /^[\w./+-]+$/.test(word)),
  ];
}

/** The names of the programs that a command may call: `curl`, and of `bash -c "curl …"` both. */
export function calledPrograms(command: ShellCommand): readonly string[] {
  return programWords(command).map(baseName);
}

function baseName(word: string): string {
  return word.split('/').pop() ?? word;
}
