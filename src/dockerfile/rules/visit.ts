import type { DockerfileModel, Instruction, ShellCommand, Stage } from '../model.ts';
import { commandsIn } from '../programs.ts';
import { expandWord } from '../syntax/expand.ts';
import type { DockerfileSyntax, InstructionSyntax, TextRange } from '../syntax/syntax.ts';
import type { NameValue } from '../syntax/words.ts';
import { argumentWords, parseNameValues } from '../syntax/words.ts';
import type { LintSubject, Violation } from './rule.ts';

/** Every instruction of the given keywords (all without any), stage by stage. */
export function instructionsOf(
  model: DockerfileModel,
  ...keywords: readonly string[]
): readonly Instruction[] {
  const all = model.stages.flatMap(({ instructions }) => instructions);
  return keywords.length === 0 ? all : all.filter(({ syntax }) => keywords.includes(syntax.keyword));
}

/** Every simple command of every RUN (ONBUILD too), with its instruction; those of programs in quotes, too. */
export function commandsOf(
  model: DockerfileModel,
): readonly { readonly command: ShellCommand; readonly instruction: Instruction }[] {
  return instructionsOf(model, 'run', 'onbuild').flatMap((instruction) =>
    commandsIn(instruction).map((command) => ({ command, instruction })),
  );
}

/** The pairs of all ENV, ARG or LABEL, with their instruction; global ARGs too. */
export function pairsOf(
  { model, syntax }: LintSubject,
  ...keywords: readonly string[]
): readonly { readonly pair: NameValue; readonly instruction: Instruction }[] {
  return [...model.globalArgs, ...instructionsOf(model)]
    .filter((one) => keywords.includes(one.syntax.keyword))
    .flatMap((instruction) =>
      parseNameValues(instruction.syntax, syntax.escape).map((pair) => ({ pair, instruction })),
    );
}

/** Has a WORKDIR, of whatever form, been set above a line, here or in the stages that this one starts from? */
export function hasWorkdir(model: DockerfileModel, stage: number, line: number): boolean {
  const here = model.stages[stage];
  if (here === undefined) return false;
  const isSet = here.instructions.some(
    ({ syntax }) => syntax.keyword === 'workdir' && syntax.startLine < line,
  );
  return isSet || (here.baseStage !== undefined && hasWorkdir(model, here.baseStage, line));
}

/** Where the base is written in a FROM. */
export function baseRange(from: InstructionSyntax): TextRange {
  return argumentWords(from)[0]?.range ?? from.range;
}

/** Every instruction of a stage that a later one of the same keyword replaces. */
export function repeated(model: DockerfileModel, keyword: string): readonly Violation[] {
  return model.stages.flatMap(({ instructions }) =>
    instructions
      .filter(({ syntax }) => syntax.keyword === keyword)
      .slice(0, -1)
      .map(({ syntax }) => ({
        range: syntax.range,
        message: `a later ${keyword.toUpperCase()} replaces this one`,
      })),
  );
}

/** Arguments that a build sets by itself; FROM sees them undeclared, a stage after `ARG NAME`. */
export const platformArguments: readonly string[] = ['TARGET', 'BUILD'].flatMap((side) =>
  ['PLATFORM', 'OS', 'OSVERSION', 'ARCH', 'VARIANT'].map((part) => side + part),
);

/** The variables of a word that have no value, without those that bring a default or are asked for (`${X:-d}`, `${X:+a}`). */
export function unsetIn(
  word: string,
  known: Readonly<Record<string, string>>,
  escapeCharacter: DockerfileSyntax['escape'],
): readonly string[] {
  return expandWord(word, known, { escape: escapeCharacter }).unset.filter(
    (name) => !new RegExp(`\\$\\{${name}:?[-+?]`).test(word),
  );
}

/** A label with its value as written, and the variables that it may refer to. */
export interface PlacedLabel {
  readonly name: string;
  readonly value: string;
  readonly range: TextRange;
  readonly variables: Readonly<Record<string, string>>;
}

/** The labels that the LABELs of a stage set; quotes around a name are taken off. */
export function labelsOf(
  { instructions }: Stage,
  { escape: escapeCharacter }: DockerfileSyntax,
): readonly PlacedLabel[] {
  return instructions
    .filter(({ syntax }) => syntax.keyword === 'label')
    .flatMap(({ syntax, before }) =>
      parseNameValues(syntax, escapeCharacter).map(({ name, value = '', range }) => ({
        name: name.replace(/^(["'])(.*)\1$/, '$2'),
        value,
        range,
        variables: before.variables,
      })),
    );
}
