import { posix } from 'node:path';
import type { ShellCommand } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { type CopiedEnvironment, environmentPython, findCopiedEnvironment } from './copied-environment.ts';
import { findHeavyMark } from './heavy-install.ts';
import { nothingToDo, type Rewrite, type RewriteFacts } from './rewrite.ts';
import { isToolPip } from './tool-commands.ts';

/**
 * Compiles to bytecode what the application imports, instead of everything: pip compiles every module of every
 * distribution, which adds more than the sources weigh; without any bytecode every start compiles anew.
 */
export const tracedBytecode: Rewrite = {
  id: 'traced-bytecode',
  title: 'Byte-compile only what the application imports',
  risk: 'verify',
  propose({ syntax, model }, facts) {
    const environment = findCopiedEnvironment(model);
    if (environment === undefined || facts.importStatements.length === 0) return nothingToDo;
    const commands = environment.builder.instructions.flatMap((one) => one.commands ?? []);
    if (commands.some(({ words }) => words.includes('-I') && words.includes('-c'))) return nothingToDo;
    const installs = commands
      .flatMap((command) => readPipInstall(command) ?? [])
      .filter((install) => install.tool === 'pip' && !isToolPip(install.command));
    if (installs.some((install) => install.options.some((option) => /^--(no-)?compile$/.test(option.text))))
      return nothingToDo;
    if (environment.builder.after.env['UV_COMPILE_BYTECODE'] !== undefined) return nothingToDo;
    const eol = syntax.text.includes('\r\n') ? '\r\n' : '\n';
    const flags = installs.map((install): TextEdit => {
      const word = install.command.wordRanges[install.firstArgument - 1] ?? install.command.range;
      return { range: { start: word.end, end: word.end }, newText: ' --no-compile' };
    });
    return {
      edits: [...flags, ...imports(environment, facts, eol)],
      reason: 'pip compiles every module of every distribution; the service loads a fraction of them',
      leftAlone: [],
    };
  },
};

const comment =
  '# Importing leaves bytecode of just these modules behind, so that the service starts as fast as before.';

/** The statements in steps of their own; behind the second run of the pruning script, which each added requirement repeats, within its step. */
function imports(environment: CopiedEnvironment, facts: RewriteFacts, eol: string): readonly TextEdit[] {
  const { builder, lastInstall } = environment;
  const last = builder.instructions.findLast((one) => one.syntax.keyword === 'run') ?? lastInstall;
  const { range } = last.syntax;
  const [early, late] = inTurn(environment, facts);
  const importing = (statements: readonly string[]): string =>
    `${environmentPython(environment)} -I -c "${statements.join(`; \\${eol}    `)}"`;
  const step = (statements: readonly string[]): string => `${comment}${eol}RUN ${importing(statements)}`;
  const insert = (at: number, newText: string): TextEdit => ({ range: { start: at, end: at }, newText });
  const first = early.at === undefined ? [] : [insert(early.at, `${step(early.statements)}${eol}`)];
  if (late.length === 0) return first;
  const pruning = last.commands?.findLast((command) => prunesAgain(command, facts));
  return pruning === undefined
    ? [...first, insert(range.end, `${eol}${eol}${step(late)}`)]
    : [
        ...first,
        insert(last.syntax.blockStart, `${comment}${eol}`),
        insert(pruning.range.start, `${importing(late)} && \\${eol}    `),
      ];
}

/** The second run of the pruning script. */
function prunesAgain({ words }: ShellCommand, { pruneScript }: RewriteFacts): boolean {
  return words.some((word) => word.endsWith(posix.basename(pruneScript))) && words.includes('--since');
}

/** What is traced with the heavy distributions, so that their bytecode lies in their layer, and what is at the end. */
function inTurn(
  environment: CopiedEnvironment,
  { heavy, importStatements }: RewriteFacts,
): readonly [
  early: { readonly at: number | undefined; readonly statements: readonly string[] },
  late: readonly string[],
] {
  const mark = findHeavyMark(environment);
  const early = mark === undefined ? [] : (heavy?.importStatements ?? []);
  return [
    { at: early.length === 0 ? undefined : mark?.syntax.range.start, statements: early },
    importStatements.filter((statement) => !early.includes(statement)),
  ];
}
