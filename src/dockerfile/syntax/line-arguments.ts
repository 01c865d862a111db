import type { JoinedText } from './joined-text.ts';
import { notStrings, parseJsonForm } from './json-form.ts';
import { type SplitCommand, splitCommand } from './split-command.ts';
import { skipAsciiSpace } from './whitespace.ts';
import { ArgumentError, readNameValues } from './words.ts';

/** How an instruction takes its arguments (the dispatch table of BuildKit's `parser.go`). */
type Form = 'list' | 'names' | 'json' | 'json-list' | 'string' | 'healthcheck' | 'onbuild';

/** By lower-case name. */
export const instructionForms: Readonly<Record<string, Form>> = {
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

/** Reads what stands behind the keyword, with the errors that BuildKit's line parsers give (`ArgumentError`). */
export function readArguments(command: SplitCommand, escapeCharacter: string): LineArguments {
  const { value } = command;
  const keyword = command.keyword.toLowerCase();
  const form = Object.hasOwn(instructionForms, keyword) ? instructionForms[keyword] : undefined;
  let json: readonly string[] | undefined;
  let trigger: LineArguments | undefined;
  if (form === 'json' || form === 'json-list') json = jsonOf(value.text);
  if (form === 'healthcheck') json = jsonOf(value.text.slice(healthcheckType(value.text).end));
  if (form === 'names') readNameValues(value, keyword, escapeCharacter);
  if (form === 'onbuild') trigger = readTrigger(value, escapeCharacter);
  return { keyword, json, value, trigger };
}

/** The instruction behind ONBUILD; undefined where none is. */
export function readTrigger(value: JoinedText, escapeCharacter: string): LineArguments | undefined {
  if (value.text === '') return undefined;
  const inner = splitCommand(value, escapeCharacter);
  // One in another is refused, whatever stands behind it.
  return inner.keyword.toLowerCase() === 'onbuild'
    ? { keyword: 'onbuild', json: undefined, value: inner.value, trigger: undefined }
    : readArguments(inner, escapeCharacter);
}

function jsonOf(text: string): readonly string[] | undefined {
  const json = parseJsonForm(text);
  if (json === 'not-strings') throw new ArgumentError(notStrings);
  return json;
}

/** `CMD` or `NONE` at the start of a HEALTHCHECK, and where its command begins. */
export function healthcheckType(text: string): { type: string; end: number } {
  const type = /^[^\t\n\v\f\r ]*/.exec(text)?.[0] ?? '';
  return { type, end: skipAsciiSpace(text, type.length) };
}

/** Whether an instruction may open heredocs: RUN, COPY, ADD, not in JSON form, also behind ONBUILD. */
export function takesHeredocs(line: LineArguments): boolean {
  const { keyword, json } = line.keyword === 'onbuild' ? (line.trigger ?? line) : line;
  return (keyword === 'run' || keyword === 'copy' || keyword === 'add') && json === undefined;
}
