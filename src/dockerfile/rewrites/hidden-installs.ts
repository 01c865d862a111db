import { readAptInstall } from '../apt-command.ts';
import { readCondaInstall } from '../conda-command.ts';
import type { Instruction, ShellCommand } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { readProjectInstall } from '../project-tool-command.ts';

const installing =
  /\b(?:pip[\d.]*|apt|apt-get|uv|poetry|pdm|pipenv|conda|mamba|micromamba)\s(?:[^;&|]*\s)?(?:install|sync)\b/;

/**
 * What a RUN installs through a program that no rewrite changes, and why: `su app -c 'pip install x'`, `["pip", "install", "x"]`. Each is a
 * sentence without its place.
 */
export function hiddenInstalls({ commands, syntax }: Instruction): string[] {
  if (syntax.keyword !== 'run') return [];
  if (syntax.json !== undefined && commands === undefined)
    return installing.test(syntax.json.join(' '))
      ? [reason(syntax.json[0] ?? '', 'only a program without escapes in `["bash", "-c", "…"]` is read here')]
      : [];
  return (commands ?? []).flatMap((command) => {
    const { inner, words } = command;
    if (inner === undefined || !(inner.commands.some(installs) || isHidden(command))) return [];
    return [reason(words[0] ?? '', inner.because)];
  });
}

function reason(program: string, because: string): string {
  return `what \`${program}\` installs stays as it is: ${because}`;
}

function isHidden({ inner, words }: ShellCommand): boolean {
  return inner?.commands.length === 0 && installing.test(words.join(' '));
}

function installs(command: ShellCommand): boolean {
  return (
    readPipInstall(command) !== undefined ||
    readAptInstall(command) !== undefined ||
    readProjectInstall(command) !== undefined ||
    readCondaInstall(command) !== undefined ||
    command.inner?.commands.some(installs) === true
  );
}
