import type { DockerfileModel, Instruction, ShellCommand, Stage } from '../model.ts';
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

/** Every simple command of a RUN, those of programs in quotes included. */
export function commandsIn({ commands }: Instruction): readonly ShellCommand[] {
  return (commands ?? []).flatMap(withInner);
}

/** A command and those of the program that it starts: `su app -c 'pip install x'`. */
function withInner(command: ShellCommand): readonly ShellCommand[] {
  return [command, ...(command.inner?.commands ?? []).flatMap(withInner)];
}

/** The program's name without directory; behind `sudo`, what it runs. */
export function programOf({ words }: ShellCommand): string {
  const name = (words[0] === 'sudo' ? words[1] : words[0]) ?? '';
  return name.split('/').pop() ?? '';
}

/** The stages whose layers end up in the image that is built: the target and what it starts from. */
export function keptStages(model: DockerfileModel): readonly Stage[] {
  const kept: Stage[] = [];
  for (let at: number | undefined = model.target; at !== undefined; at = model.stages[at]?.baseStage) {
    const stage = model.stages[at];
    if (stage === undefined) break;
    kept.unshift(stage);
  }
  return kept;
}

/** The instructions of a stage and of those that it starts from, in the order in which they are built, up to one of its own (with it). */
export function instructionsUpTo(model: DockerfileModel, last: Instruction): readonly Instruction[] {
  const stage = model.stages[last.stage];
  const before = stage?.baseStage === undefined ? [] : inheritedBy(model, stage.baseStage);
  return [...before, ...(stage?.instructions.slice(0, stage.instructions.indexOf(last) + 1) ?? [])];
}

function inheritedBy(model: DockerfileModel, position: number): readonly Instruction[] {
  const stage = model.stages[position];
  const before = stage?.baseStage === undefined ? [] : inheritedBy(model, stage.baseStage);
  return [...before, ...(stage?.instructions ?? [])];
}

/** The base image that a stage starts from, through stages of this file. */
export function rootBase(model: DockerfileModel, stage: Stage): string {
  const base = stage.baseStage === undefined ? undefined : model.stages[stage.baseStage];
  return base === undefined ? stage.base : rootBase(model, base);
}

/** The fields of each `--mount` of an instruction: `type=cache,target=/root/.cache/pip`. */
export function mountsOf({ syntax }: Instruction): readonly ReadonlyMap<string, string>[] {
  return syntax.flags
    .filter(({ name, value }) => name === 'mount' && value !== undefined)
    .map(
      ({ value }) =>
        new Map(
          (value ?? '').split(',').map((field) => {
            const [key = '', ...rest] = field.split('=');
            return [key.trim().toLowerCase(), rest.join('=').replaceAll('"', '')];
          }),
        ),
    );
}

/** Targets of the cache mounts of an instruction. */
export function cacheTargets(instruction: Instruction): readonly string[] {
  return mountsOf(instruction)
    .filter((mount) => mount.get('type') === 'cache')
    .map((mount) => mount.get('target') ?? mount.get('dst') ?? mount.get('destination') ?? '')
    .map((target) => target.replace(/(.)\/+$/, '$1'));
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

/** The stages whose files end up in the image: those it starts from, and those that it copies from. */
export function shippedStages(model: DockerfileModel): readonly Stage[] {
  const shipped = new Set<Stage>();
  const add = (stage: Stage | undefined): void => {
    if (stage === undefined || shipped.has(stage)) return;
    shipped.add(stage);
    if (stage.baseStage !== undefined) add(model.stages[stage.baseStage]);
    for (const { syntax } of stage.instructions) {
      const from = syntax.flags.find(({ name }) => syntax.keyword === 'copy' && name === 'from')?.value;
      if (from === undefined) continue;
      const name = from.toLowerCase();
      add(model.stages.find((one) => one.name === name || String(one.position) === name));
    }
  };
  add(model.stages[model.target]);
  return model.stages.filter((stage) => shipped.has(stage));
}

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
