import { didYouMean } from './did-you-mean.ts';
import { isHeredocStart } from './heredoc.ts';
import type { JoinedText } from './joined-text.ts';
import { notStrings, parseJsonForm } from './json-form.ts';
import { quoted } from './quoted.ts';
import { type SplitCommand, splitCommand } from './split-command.ts';
import { endWithoutSpace, skipAsciiSpace } from './whitespace.ts';
import { ArgumentError, readNameValues } from './words.ts';

/** How an instruction takes its arguments (the dispatch table of BuildKit's `parser.go`). */
type Form = 'list' | 'names' | 'json' | 'json-list' | 'string' | 'healthcheck' | 'onbuild';

const forms: Readonly<Record<string, Form>> = {
  add: 'json-list',
  arg: 'names',
  cmd: 'json',
  copy: 'json-list',
  entrypoint: 'json',
  env: 'names',
  expose: 'list',
  from: 'list',
  healthcheck: 'healthcheck',
  label: 'names',
  maintainer: 'string',
  onbuild: 'onbuild',
  run: 'json',
  shell: 'json',
  stopsignal: 'string',
  user: 'string',
  volume: 'json-list',
  workdir: 'string',
};

/** An instruction as far as its own line tells. */
export interface LineArguments {
  /** Lower case. */
  readonly keyword: string;
  readonly json: readonly string[] | undefined;
  readonly value: JoinedText;
  /** The instruction behind ONBUILD. */
  readonly trigger: LineArguments | undefined;
}

/** Whether BuildKit knows an instruction of this (lower-case) name. */
export function isInstruction(keyword: string): boolean {
  return Object.hasOwn(forms, keyword);
}

/** Reads what stands behind the keyword, with the errors that BuildKit's line parsers give (`ArgumentError`). */
export function readArguments(command: SplitCommand, escapeCharacter: string): LineArguments {
  const { value } = command;
  const keyword = command.keyword.toLowerCase();
  const form = isInstruction(keyword) ? forms[keyword] : undefined;
  let json: readonly string[] | undefined;
  let trigger: LineArguments | undefined;
  if (form === 'json' || form === 'json-list') json = jsonOf(value.text);
  if (form === 'healthcheck') json = jsonOf(value.text.slice(healthcheckType(value.text).end));
  if (form === 'names') readNameValues(value, keyword, escapeCharacter);
  if (form === 'onbuild' && value.text !== '') {
    const inner = splitCommand(value, escapeCharacter);
    // One in another is refused, whatever stands behind it.
    const isChained = inner.keyword.toLowerCase() === 'onbuild';
    trigger = isChained
      ? { keyword: 'onbuild', json: undefined, value: inner.value, trigger: undefined }
      : readArguments(inner, escapeCharacter);
  }
  return { keyword, json, value, trigger };
}

function jsonOf(text: string): readonly string[] | undefined {
  const json = parseJsonForm(text);
  if (json === 'not-strings') throw new ArgumentError(notStrings);
  return json;
}

/** `CMD` or `NONE` at the start of a HEALTHCHECK, and where its command begins. */
function healthcheckType(text: string): { type: string; end: number } {
  const type = /^[^\t\n\v\f\r ]*/.exec(text)?.[0] ?? '';
  return { type, end: skipAsciiSpace(text, type.length) };
}

/** Whether an instruction may open heredocs: RUN, COPY, ADD, not in JSON form, also behind ONBUILD. */
export function takesHeredocs(line: LineArguments): boolean {
  const { keyword, json } = line.keyword === 'onbuild' ? (line.trigger ?? line) : line;
  return (keyword === 'run' || keyword === 'copy' || keyword === 'add') && json === undefined;
}

/** What is wrong with an instruction's arguments, in BuildKit's words (`instructions/parse.go`); undefined when nothing is. */
export function argumentProblem(line: LineArguments, escapeCharacter: string): string | undefined {
  return countProblem(line, escapeCharacter) ?? valueProblem(line, escapeCharacter);
}

/** What is wrong with the number of arguments. */
function countProblem(
  { keyword, json, value, trigger }: LineArguments,
  escapeCharacter: string,
): string | undefined {
  const name = keyword.toUpperCase();
  const words = json ?? listOf(value.text);
  switch (forms[keyword]) {
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
export function suggestInstruction(keyword: string): string {
  const nearest = didYouMean(keyword.toLowerCase(), Object.keys(forms));
  if (keyword === keyword.toLowerCase() || keyword !== keyword.toUpperCase()) return nearest;
  return nearest.replace(/\w+\?\)$/, (found) => found.toUpperCase());
}
