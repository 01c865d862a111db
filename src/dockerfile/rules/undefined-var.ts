import { messageOf, nearestName, UserError } from '../../base/index.ts';
import type { Instruction } from '../model.ts';
import { rootBase } from '../stage-chain.ts';
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
        unsetWords(text, known, { subject, instruction }).flatMap((name) => {
          const why = reasonOf(subject, instruction, name);
          return why === undefined ? [] : [{ range, message: `$${name} is empty here: ${why}` }];
        }),
      );
    }),
};

/** As `unsetIn`; what cannot be expanded is told with its line, as BuildKit refuses it there. */
function unsetWords(
  text: string,
  known: Readonly<Record<string, string>>,
  { subject, instruction }: { readonly subject: LintSubject; readonly instruction: Instruction },
): readonly string[] {
  try {
    return unsetIn(text, known, subject.syntax.escape);
  } catch (cause) {
    throw new UserError(`${subject.fileName}:${instruction.syntax.startLine}: ${messageOf(cause)}`, {
      hint: 'BuildKit refuses this Dockerfile too; correct the line and try again.',
      cause,
    });
  }
}

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
  if (stage !== undefined && rootBase(model, stage) === 'scratch') return 'nothing sets it';
  // A base may set it, but hardly a name that looks like a slip of the pen.
  const { variables, args } = instruction.before;
  const own = ownNames(instruction, syntax);
  const near = nearestName(name, ['PATH', ...own, ...Object.keys(variables), ...Object.keys(args)]);
  return near === undefined || !isSlip(name, near) ? undefined : `is $${near} meant?`;
}

function ownNames(instruction: Instruction, syntax: DockerfileSyntax): readonly string[] {
  if (instruction.syntax.keyword !== 'env') return [];
  return parseNameValues(instruction.syntax, syntax.escape).map((pair) => pair.name);
}

/** One letter more or less, or two changed places, in names of four letters and more. */
function isSlip(name: string, near: string): boolean {
  if (name.length < 4 || name.toUpperCase() === near.toUpperCase()) return false;
  const sorted = (text: string): string => [...text].sort().join('');
  const [longer, shorter] = name.length > near.length ? [name, near] : [near, name];
  const isOneMore =
    longer.length === shorter.length + 1 &&
    [...longer].some((_, at) => longer.slice(0, at) + longer.slice(at + 1) === shorter);
  return isOneMore || sorted(name) === sorted(near);
}
