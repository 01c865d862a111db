import { readHeredocStart } from './heredoc.ts';
import type { JoinedText } from './joined-text.ts';
import { notStrings, parseJsonForm } from './json-form.ts';
import { splitCommand } from './split-command.ts';
import { endWithoutSpace, skipSpace } from './whitespace.ts';
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
export function readArguments(keyword: string, value: JoinedText, escapeCharacter: string): LineArguments {
  const form = isInstruction(keyword) ? forms[keyword] : undefined;
  let json: readonly string[] | undefined;
  let trigger: LineArguments | undefined;
  if (form === 'json' || form === 'json-list') json = jsonOf(value.text);
  if (form === 'healthcheck') json = jsonOf(value.text.slice(healthcheckType(value.text).end));
  if (form === 'names') readNameValues(value, keyword, escapeCharacter);
  if (form === 'onbuild' && value.text !== '') {
    const inner = splitCommand(value, escapeCharacter);
    trigger = readArguments(inner.keyword.toLowerCase(), inner.value, escapeCharacter);
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
  const type = /^[^\t\n\v\f\r \u0085\u00a0]*/.exec(text)?.[0] ?? '';
  return { type, end: skipSpace(text, type.length) };
}

/** Whether an instruction may open heredocs: RUN, COPY, ADD, not in JSON form, also behind ONBUILD. */
export function takesHeredocs(line: LineArguments): boolean {
  const { keyword, json } = line.keyword === 'onbuild' ? (line.trigger ?? line) : line;
  return (keyword === 'run' || keyword === 'copy' || keyword === 'add') && json === undefined;
}

/** What is wrong with the number and kind of an instruction's arguments, in BuildKit's words (`instructions/parse.go`); undefined when nothing is. */
export function argumentProblem(line: LineArguments, escapeCharacter: string): string | undefined {
  const { keyword, json, value, trigger } = line;
  const name = keyword.toUpperCase();
  const isEmpty = json === undefined ? value.text === '' : json.length === 0;
  switch (forms[keyword]) {
    case 'names':
      if (isEmpty) return `${name} requires at least one argument`;
      return readNameValues(value, keyword, escapeCharacter).some((pair) => pair.name === '')
        ? `${name} names can not be blank`
        : undefined;
    case 'string':
      return isEmpty ? `${name} requires exactly one argument` : undefined;
    case 'onbuild':
      return onbuildProblem(trigger);
    case 'healthcheck':
      return healthcheckProblem(line);
    default:
      break;
  }
  if (keyword === 'shell') {
    if (isEmpty) return 'SHELL requires at least one argument';
    return json === undefined ? 'SHELL requires the arguments to be in JSON form' : undefined;
  }
  return listProblem(keyword, json ?? listOf(value.text));
}

function listOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(/[\t\v\f\r ]+/);
}

function listProblem(keyword: string, words: readonly string[]): string | undefined {
  const name = keyword.toUpperCase();
  if (keyword === 'expose' && words.length === 0) return 'EXPOSE requires at least one argument';
  if (keyword === 'volume') {
    if (words.length === 0) return 'VOLUME requires at least one argument';
    return words.some((word) => endWithoutSpace(word) === 0)
      ? 'VOLUME specified can not be an empty string'
      : undefined;
  }
  if (keyword === 'from') return fromProblem(words);
  if (keyword !== 'copy' && keyword !== 'add') return undefined;
  if (words.length < 2) {
    return `${name} requires at least two arguments, but only one was provided. Destination could not be determined`;
  }
  return readHeredocStart(words.at(-1) ?? '') === undefined
    ? undefined
    : `${name} cannot accept a heredoc as a destination`;
}

function fromProblem(words: readonly string[]): string | undefined {
  const [, as = '', name = ''] = words;
  if (words.length !== 1 && (words.length !== 3 || as.toLowerCase() !== 'as')) {
    return 'FROM requires either one or three arguments';
  }
  if (words.length === 1 || /^[a-z][a-z0-9\-_.]*$/.test(name.toLowerCase())) return undefined;
  return `invalid name for build stage: ${JSON.stringify(name)}, name can't start with a number or contain symbols`;
}

function onbuildProblem(trigger: LineArguments | undefined): string | undefined {
  if (trigger === undefined) return 'ONBUILD requires at least one argument';
  if (trigger.keyword === 'onbuild') return "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed";
  if (trigger.keyword !== 'maintainer' && trigger.keyword !== 'from') return undefined;
  return `${trigger.keyword.toUpperCase()} isn't allowed as an ONBUILD trigger`;
}

function healthcheckProblem({ value, json }: LineArguments): string | undefined {
  if (value.text === '') return 'HEALTHCHECK requires at least one argument';
  const { type, end } = healthcheckType(value.text);
  const command = value.text.slice(end);
  const upper = type.toUpperCase();
  if (upper === 'NONE') return command === '' ? undefined : 'HEALTHCHECK NONE takes no arguments';
  if (upper !== 'CMD') return `Unknown type ${JSON.stringify(upper)} in HEALTHCHECK (try CMD)`;
  return command === '' || json?.length === 0 ? 'Missing command after HEALTHCHECK CMD' : undefined;
}

/** `(did you mean FROM?)` with a space before it, for a keyword that is nearly an instruction's name; else ''. */
export function suggestInstruction(keyword: string): string {
  const wanted = keyword.toUpperCase();
  const near = Object.keys(forms)
    .map((name) => name.toUpperCase())
    .map((name) => ({ name, distance: editDistance(wanted, name) }))
    .filter(({ distance, name }) => distance <= (name.length > 3 ? 2 : 1))
    .sort((a, b) => a.distance - b.distance)[0];
  return near === undefined ? '' : ` (did you mean ${near.name}?)`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const nextRow = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      nextRow.push(Math.min(substitution, (row[j] ?? 0) + 1, (nextRow[j - 1] ?? 0) + 1));
    }
    row = nextRow;
  }
  return row[b.length] ?? 0;
}
