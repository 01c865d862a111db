import type { ShellCommand } from '../model.ts';
import { joinPieces } from '../syntax/pieces.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { environmentPath } from './make-environment.ts';
import { nothingToDo, type Rewrite } from './rewrite.ts';
import { isInstalling } from './tool-commands.ts';
import { readToolStage, type ToolStage } from './tool-stage.ts';

/**
 * What Poetry, PDM, Pipenv or uv puts among the system's packages, or below their cache under a name with a hash, goes into an environment at
 * a fixed path: an active environment is what each of them installs into (`VIRTUAL_ENV`; for uv `UV_PROJECT_ENVIRONMENT`).
 */
export const toolEnvironment: Rewrite = {
  id: 'tool-environment',
  title: 'Install into an environment at a fixed path',
  risk: 'verify',
  propose(dockerfile, facts) {
    const read = readToolStage(dockerfile, facts);
    if (read === undefined || read.obstacles.length > 0) return nothingToDo;
    if (read.place.kind !== 'system' && read.place.kind !== 'hidden') return nothingToDo;
    const was =
      read.place.kind === 'system'
        ? 'among the packages of the system'
        : 'below its cache, under a name with a hash';
    return {
      edits: [insertion(read, dockerfile.syntax.text)],
      reason: `${read.tool} installs ${was}; an environment at ${environmentPath} can be copied as a whole, without the tool`,
      leftAlone: [],
    };
  },
};

/** In front of the first installation; within a RUN that brings the tool first, behind that: the tool does not go into the environment. */
function insertion({ instructions, first, tool }: ToolStage, text: string): TextEdit {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const making =
    tool === 'uv'
      ? `ENV UV_PROJECT_ENVIRONMENT=${environmentPath} VIRTUAL_ENV=${environmentPath} PATH="${environmentPath}/bin:$PATH"`
      : `RUN python -m venv ${environmentPath}${eol}ENV VIRTUAL_ENV=${environmentPath} PATH="${environmentPath}/bin:$PATH"`;
  const run = instructions[first]?.instruction;
  const commands = run?.commands ?? [];
  const at = commands.findIndex(isInstalling);
  const [before, command] = [commands[at - 1], commands[at]];
  const start = run?.syntax.blockStart ?? 0;
  const inFront = {
    range: { start, end: start },
    newText: `${making}${eol}${(run?.syntax.leadingComments.length ?? 0) > 0 ? eol : ''}`,
  };
  if (run === undefined || before === undefined || command === undefined) return inFront;
  const isToolBefore = commands.slice(0, at).some(bringsTool);
  const link = text.slice(before.range.end, command.range.start);
  const isPlain = before.isTopLevel && command.isTopLevel && /^[\s\\]*(&&|;)[\s\\]*$/.test(link);
  if (!isToolBefore || !isPlain || run.syntax.heredocs.length > 0) return inFront;
  const flags = run.syntax.flags.map((flag) => `${text.slice(flag.range.start, flag.range.end)} `).join('');
  return {
    range: { start: before.range.end, end: command.range.start },
    ...joinPieces([`${eol}${making}${eol}`, { text: `RUN ${flags}`, from: run.syntax.range.start }]),
  };
}

/** `pip install poetry`, the second half of `curl … | python3 -`. */
function bringsTool({ words }: ShellCommand): boolean {
  return words.includes('install') || words.at(-1) === '-' || /^(sh|bash|python3)$/.test(words[0] ?? '');
}
