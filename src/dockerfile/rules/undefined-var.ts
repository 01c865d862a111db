import type { Instruction, Stage } from '../model.ts';
import type { DockerfileSyntax } from '../syntax/syntax.ts';
import { argumentWords, type PlacedWord, parseNameValues } from '../syntax/words.ts';
import type { LintRule, LintSubject } from './rule.ts';
import { instructionsOf, platformArguments, unsetIn } from './visit.ts';

// Base images set these; what a base sets is not known here.
const setByBases =
  /^(?:PATH|HOME|USER|HOSTNAME|LANG|LANGUAGE|LC_\w+|TZ|DEBIAN_FRONTEND|LD_LIBRARY_PATH|LIBRARY_PATH|PYTHON\w*|PIP_\w+|VIRTUAL_ENV|UV_\w+|CONDA\w*|MAMBA\w*|GPG_KEY|CUDA\w*|CUDNN\w*|NV\w+|NCCL\w*|NODE\w*|NPM\w*|YARN\w*|JAVA\w*|GO\w*|RUST\w*|CARGO\w*|NB_\w+|SHELL|\w+_proxy|\w+_PROXY|\d+)$/;
const expanded = ['add', 'arg', 'copy', 'env', 'expose', 'label', 'stopsignal', 'user', 'volume', 'workdir'];

/** A variable that has no value where it is used. */
export const undefinedVar: LintRule = {
  id: 'undefined-var',
  buildkit: 'UndefinedVar',
  severity: 'warning',
  title: 'a variable without a value',
  check: (subject) =>
    instructionsOf(subject.model, ...expanded).flatMap((instruction) => {
      const { variables, args } = instruction.before;
      const known = { ...Object.fromEntries(Object.keys(args).map((name) => [name, ''])), ...variables };
      return wordsOf(instruction, subject.syntax.escape).flatMap(({ text, range }) =>
        unsetIn(text, known, subject.syntax.escape).flatMap((name) => {
          const why = reasonOf(subject, instruction, name);
          return why === undefined ? [] : [{ range, message: `$${name} is empty here: ${why}` }];
        }),
      );
    }),
};

function wordsOf(
  { syntax }: Instruction,
  escapeCharacter: DockerfileSyntax['escape'],
): readonly PlacedWord[] {
  if (['arg', 'env', 'label'].includes(syntax.keyword)) {
    return parseNameValues(syntax, escapeCharacter).flatMap(({ value, valueRange }) =>
      value === undefined ? [] : [{ text: value, range: valueRange }],
    );
  }
  return syntax.heredocs.length > 0 ? [] : argumentWords(syntax);
}

/** Why a variable is surely unset; undefined where the base image may set it. */
function reasonOf(
  { model, syntax }: LintSubject,
  instruction: Instruction,
  name: string,
): string | undefined {
  const declares = (one: Instruction): boolean =>
    ['arg', 'env'].includes(one.syntax.keyword) &&
    parseNameValues(one.syntax, syntax.escape).some((pair) => pair.name === name);
  const stage = model.stages[instruction.stage];
  const isPlatform = platformArguments.includes(name);
  if (!isPlatform && setByBases.test(name)) return undefined;
  if (isPlatform) return `write ARG ${name} in this stage first`;
  if (model.globalArgs.some(declares))
    return `an ARG above FROM has to be repeated in the stage: ARG ${name}`;
  if (stage?.instructions.some((one) => one !== instruction && declares(one)) === true)
    return 'it is set further down';
  const isScratch = stage !== undefined && rootOf(stage, model.stages).base === 'scratch';
  if (isScratch) return 'nothing sets it';
  return undefined;
}

function rootOf(stage: Stage, stages: readonly Stage[]): Stage {
  const base = stage.baseStage === undefined ? undefined : stages[stage.baseStage];
  return base === undefined ? stage : rootOf(base, stages);
}
