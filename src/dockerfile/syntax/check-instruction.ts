import { flagProblem, flagValueProblem } from './check-flags.ts';
import { didYouMean } from './did-you-mean.ts';
import { isHeredocStart } from './heredoc.ts';
import { healthcheckType, instructionForms, type LineArguments, readTrigger } from './line-arguments.ts';
import { quoted } from './quoted.ts';
import type { DockerfileSyntax, InstructionSyntax } from './syntax.ts';
import { endWithoutSpace } from './whitespace.ts';
import { joinedValue, readNameValues } from './words.ts';

/** These look at their flags first, the others at the number of their arguments. */
const flagsFirst = new Set(['cmd', 'entrypoint', 'env', 'label', 'run', 'shell']);

/**
 * What is wrong with an instruction, in BuildKit's words (`instructions/parse.go`); undefined when nothing is. Its parser itself takes all
 * of this: it is looked at when the build begins.
 */
export function instructionProblem(
  instruction: InstructionSyntax,
  escapeCharacter: DockerfileSyntax['escape'],
): string | undefined {
  const { keyword, keywordAsWritten, json } = instruction;
  if (!Object.hasOwn(instructionForms, keyword)) {
    return `unknown instruction: ${keywordAsWritten}${suggestInstruction(keywordAsWritten)}`;
  }
  const value = joinedValue(instruction);
  const trigger = keyword === 'onbuild' ? readTrigger(value, escapeCharacter) : undefined;
  const line = { keyword, json, value, trigger };
  const flags = flagProblem(instruction);
  const count = countProblem(line, escapeCharacter);
  const first = flagsFirst.has(keyword) ? (flags ?? count) : (count ?? flags);
  return first ?? valueProblem(line, escapeCharacter) ?? flagValueProblem(instruction);
}

/** What is wrong with the number of arguments. */
function countProblem(
  { keyword, json, value, trigger }: LineArguments,
  escapeCharacter: string,
): string | undefined {
  const name = keyword.toUpperCase();
  const words = json ?? listOf(value.text);
  switch (instructionForms[keyword]) {
    case 'names':
      return readNameValues(value, keyword, escapeCharacter).length === 0
        ? `${name} requires at least one argument`
        : undefined;
    case 'string':
      return value.text === '' ? `${name} requires exactly one argument` : undefined;
    case 'onbuild':
      return trigger === undefined ? 'ONBUILD requires at least one argument' : undefined;
    default:
      break;
  }
  if (keyword === 'from') return fromProblem(words);
  if (keyword === 'healthcheck') return healthcheckCountProblem(value.text);
  if (keyword === 'copy' || keyword === 'add') {
    return words.length < 2
      ? `${name} requires at least two arguments, but only one was provided. Destination could not be determined`
      : undefined;
  }
  const needsOne = keyword === 'expose' || keyword === 'volume' || keyword === 'shell';
  return needsOne && words.length === 0 ? `${name} requires at least one argument` : undefined;
}

/** What is wrong with the arguments themselves. */
function valueProblem(line: LineArguments, escapeCharacter: string): string | undefined {
  const { keyword, json, value, trigger } = line;
  const name = keyword.toUpperCase();
  switch (keyword) {
    case 'arg':
    case 'env':
    case 'label':
      return readNameValues(value, keyword, escapeCharacter).some((pair) => pair.name === '')
        ? `${name} names can not be blank`
        : undefined;
    case 'shell':
      return json === undefined ? 'SHELL requires the arguments to be in JSON form' : undefined;
    case 'volume':
      return (json ?? listOf(value.text)).some((word) => endWithoutSpace(word) === 0)
        ? 'VOLUME specified can not be an empty string'
        : undefined;
    case 'add':
    case 'copy':
      return isHeredocStart((json ?? listOf(value.text)).at(-1) ?? '')
        ? `${name} cannot accept a heredoc as a destination`
        : undefined;
    case 'onbuild':
      return onbuildProblem(trigger?.keyword ?? '');
    case 'healthcheck':
      return healthcheckProblem(line);
    default:
      return undefined;
  }
}

function listOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(/[\t\v\f\r ]+/);
}

function fromProblem(words: readonly string[]): string | undefined {
  const [, as = '', name = ''] = words;
  if (words.length !== 1 && (words.length !== 3 || as.toLowerCase() !== 'as')) {
    return 'FROM requires either one or three arguments';
  }
  if (words.length === 1 || /^[a-z][a-z0-9\-_.]*$/.test(name.toLowerCase())) return undefined;
  return `invalid name for build stage: ${quoted(name)}, name can't start with a number or contain symbols`;
}

function onbuildProblem(keyword: string): string | undefined {
  if (keyword === 'onbuild') return "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed";
  if (keyword !== 'maintainer' && keyword !== 'from') return undefined;
  return `${keyword.toUpperCase()} isn't allowed as an ONBUILD trigger`;
}

function healthcheckCountProblem(text: string): string | undefined {
  if (text === '') return 'HEALTHCHECK requires at least one argument';
  const { type, end } = healthcheckType(text);
  return /^none$/i.test(type) && end !== text.length ? 'HEALTHCHECK NONE takes no arguments' : undefined;
}

function healthcheckProblem({ value, json }: LineArguments): string | undefined {
  const { type, end } = healthcheckType(value.text);
  const upper = type.toUpperCase();
  if (upper === 'NONE') return undefined;
  if (upper !== 'CMD') return `Unknown type ${quoted(upper)} in HEALTHCHECK (try CMD)`;
  return end === value.text.length || json?.length === 0
    ? 'Missing command after HEALTHCHECK CMD'
    : undefined;
}

/** `(did you mean FROM?)` with a space before it, in the case of the keyword, for one that is nearly an instruction's name; else ''. */
function suggestInstruction(keyword: string): string {
  const nearest = didYouMean(keyword.toLowerCase(), Object.keys(instructionForms));
  if (keyword === keyword.toLowerCase() || keyword !== keyword.toUpperCase()) return nearest;
  return nearest.replace(/\w+\?\)$/, (found) => found.toUpperCase());
}
