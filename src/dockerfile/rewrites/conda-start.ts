import { posix } from 'node:path';
import { readCondaRun } from '../conda-command.ts';
import type { Instruction } from '../model.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import type { CondaBase } from './conda-base.ts';
import { type CondaEnvironment, namedEnvironment } from './conda-environment.ts';
import { asJson, jsonWords } from './start-text.ts';

/** The script that runs a program as in the activated environment, in the final stage. */
export const activationScript = '/usr/local/bin/run-activated';

/** What an instruction of the final stage becomes without conda. */
export interface CondaStart {
  readonly edits: readonly TextEdit[];
  /** Does it activate the environment by itself? */
  readonly isActivated: boolean;
  /** What is in the way, in words that follow the place of the instruction; empty when nothing is. */
  readonly doubts: readonly string[];
}

/** What starts are translated for. */
export interface StartQuestion {
  readonly environment: CondaEnvironment;
  readonly base: CondaBase;
  /** The whole Dockerfile. */
  readonly text: string;
}

interface Changed {
  readonly text: string;
  readonly isActivated: boolean;
  readonly doubts: readonly string[];
}

const nothing: CondaStart = { edits: [], isActivated: false, doubts: [] };
const shells = /(^|\/)(ba|da|a|z)?sh$/;
const launchers = /(^|\/)(tini|dumb-init|catatonit)$/;

/** `conda run -n app python app.py` and `source activate app && python app.py` without conda, in CMD, ENTRYPOINT, HEALTHCHECK, SHELL and RUN. */
export function changedCondaStart(instruction: Instruction, question: StartQuestion): CondaStart {
  const { keyword, json, valueRange } = instruction.syntax;
  if (keyword === 'run') return changedRun(instruction, question);
  if (!['cmd', 'entrypoint', 'healthcheck', 'shell'].includes(keyword)) return nothing;
  const raw = question.text.slice(valueRange.start, valueRange.end);
  const lead = keyword === 'healthcheck' ? (/^.*?\bCMD\s+/s.exec(raw)?.[0] ?? raw) : '';
  const body = raw.slice(lead.length);
  const words = keyword === 'healthcheck' ? jsonWords(body) : json;
  const changed =
    words === undefined
      ? changedShellForm(body, instruction, question)
      : changedWords(words, body, { ...question, instruction });
  const range = { start: valueRange.start + lead.length, end: valueRange.end };
  return {
    edits: changed.text === body ? [] : [{ range, newText: changed.text }],
    isActivated: changed.isActivated,
    doubts: changed.doubts,
  };
}

function changedWords(
  words: readonly string[],
  body: string,
  question: StartQuestion & { readonly instruction: Instruction },
): Changed {
  const lead = launchers.test(words[0] ?? '')
    ? words.findIndex((word) => !/^-|tini|dumb-init|catatonit/.test(word))
    : 0;
  const [before, rest] = [
    words.slice(0, lead === -1 ? words.length : lead),
    words.slice(lead === -1 ? words.length : lead),
  ];
  const run = readCondaRun(rest);
  if (run === 'unsure')
    return {
      text: body,
      isActivated: false,
      doubts: [`\`${rest.slice(0, 4).join(' ')}\` asks for more than starting a program`],
    };
  if (run !== undefined) {
    const other = otherEnvironment(run, question);
    if (other !== undefined) return { text: body, isActivated: false, doubts: [other] };
    const started = rest.slice(run.droppedWords);
    const doubts = leftOver(started.join(' '), question);
    return { text: asJson([...before, activationScript, ...started]), isActivated: true, doubts };
  }
  const script = rest[2];
  if (shells.test(rest[0] ?? '') && /^-\w*c$/.test(rest[1] ?? '') && script !== undefined) {
    const changed = changedScript(script, (rest[0] ?? '').endsWith('bash'), question);
    const activation = changed.isWrapped ? [activationScript] : [];
    const next = [...before, ...activation, ...rest.slice(0, 2), changed.text, ...rest.slice(3)];
    return { ...changed, text: changed.text === script ? body : asJson(next) };
  }
  return { text: body, isActivated: false, doubts: leftOver(words.join(' '), question) };
}

/** Of a shell form that activates in the shell itself, the JSON form that is made of it, without its line breaks, behind the script. */
function changedShellForm(body: string, instruction: Instruction, question: StartQuestion): Changed {
  const { shell } = instruction.before;
  const run = readCondaRun(shell);
  const [program = ''] = run === undefined || run === 'unsure' ? shell : shell.slice(run.droppedWords);
  const change = (script: string): ReturnType<typeof changedScript> =>
    changedScript(script, program.endsWith('bash'), { ...question, instruction });
  const changed = change(body);
  if (!changed.isWrapped) return changed;
  const { keyword, value } = instruction.syntax;
  const joined = keyword === 'healthcheck' ? value.replace(/^.*?\bCMD\s+/s, '') : value;
  return { ...changed, text: asJson([activationScript, ...shell, change(joined.trim()).text]) };
}

const hook =
  /^\s*(?:(?:source|\.)\s+\S*\/etc\/profile\.d\/conda\.sh|eval "\$\((?:\S*\/)?conda shell\.(?:bash|posix) hook\)")\s*(?:&&|;)\s*/;
const activation =
  /^\s*(?:(source|\.)\s+(?:\S*\/)?activate|(conda|mamba)\s+activate)\s+([\w./-]+)\s*(?:&&|;)\s*/;
const runAtCommand =
  /(^\s*|&&\s*|\|\|\s*|;\s*|\bexec\s+)((?:[^\s"'`$;&|]*\/)?(?:conda|mamba|micromamba)\s+run\s[^;&|]*)/g;

function changedScript(
  script: string,
  isBash: boolean,
  question: StartQuestion & { readonly instruction: Instruction },
): Changed & { readonly isWrapped: boolean } {
  const doubts: string[] = [];
  const behindHook = script.replace(hook, '');
  const match = activation.exec(behindHook);
  const isPlain =
    match?.[1] === '.' ||
    (match?.[1] === 'source' && isBash) ||
    (match?.[2] !== undefined && behindHook !== script);
  const isOurs =
    match !== null &&
    isPlain &&
    otherEnvironment({ name: match[3], prefix: undefined }, question) === undefined;
  let isActivated = isOurs;
  const rest = isOurs ? behindHook.slice(match[0].length) : script;
  const text = rest.replace(runAtCommand, (whole, lead: string, command: string) => {
    const run = readCondaRun(command.trim().split(/\s+/));
    const doubt =
      run === undefined || run === 'unsure'
        ? `\`${command.trim().slice(0, 40)}\` is not read here`
        : otherEnvironment(run, question);
    if (doubt !== undefined || run === undefined || run === 'unsure') {
      doubts.push(doubt ?? '');
      return whole;
    }
    isActivated = true;
    const dropped = new RegExp(`^(?:\\S+\\s+){${run.droppedWords}}`).exec(command)?.[0].length ?? 0;
    return `${lead}${activationScript} ${command.slice(dropped)}`;
  });
  return {
    text,
    isActivated,
    isWrapped: isOurs,
    doubts: doubts.length > 0 ? doubts : leftOver(text, question),
  };
}

function changedRun(instruction: Instruction, question: StartQuestion): CondaStart {
  const edits: TextEdit[] = [];
  const doubts: string[] = [];
  for (const { words, wordRanges } of instruction.commands ?? []) {
    const run = readCondaRun(words);
    if (run === undefined) {
      doubts.push(...leftOver(words.join(' '), question));
      continue;
    }
    const [start, end] = [
      wordRanges[0]?.start,
      run === 'unsure' ? undefined : wordRanges[run.droppedWords]?.start,
    ];
    const doubt =
      run === 'unsure'
        ? `\`${words.slice(0, 4).join(' ')}\` is not read here`
        : otherEnvironment(run, { ...question, instruction });
    if (doubt !== undefined) doubts.push(doubt);
    else if (start === undefined || end === undefined) doubts.push('`conda run` starts nothing');
    else edits.push({ range: { start, end }, newText: `${activationScript} ` });
  }
  if (instruction.commands === undefined) doubts.push(...leftOver(instruction.syntax.value, question));
  return { edits, isActivated: edits.length > 0, doubts };
}

function otherEnvironment(
  named: { readonly name: string | undefined; readonly prefix: string | undefined },
  { environment, base, instruction }: StartQuestion & { readonly instruction: Instruction },
): string | undefined {
  const isPath = named.name?.startsWith('/') === true;
  const found = namedEnvironment(isPath ? { name: undefined, prefix: named.name } : named, instruction, base);
  return found?.prefix === environment.prefix
    ? undefined
    : `the environment \`${named.name ?? named.prefix ?? 'base'}\` is not the one that is installed (${environment.name})`;
}

/** What still calls conda, or names something of its installation outside of the environment. */
function leftOver(text: string, { environment, base }: StartQuestion): string[] {
  const own = new RegExp(`${environment.prefix}(?=[/\\s"':;]|$)`, 'g');
  const rest = text.replaceAll(activationScript, '').replace(own, '');
  const call = /(?:^|[\s"'/(`;&|])((?:micro)?mamba|conda|activate)(?=$|[\s"')`;&|])/.exec(rest)?.[1];
  if (call !== undefined) return [`calls \`${call}\`, which the final stage would not have`];
  const path = new RegExp(`${base.prefix}(?:/[^\\s"':;]*)?`).exec(rest)?.[0];
  return path === undefined ? [] : [`names ${posix.normalize(path)}, which is outside of the environment`];
}
