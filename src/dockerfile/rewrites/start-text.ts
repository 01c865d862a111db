import type { Instruction } from '../model.ts';
import { projectToolOf, readToolRun, type ToolRun } from '../project-tool-command.ts';
import type { TextEdit } from '../syntax/syntax.ts';

/** Judges a program that a tool starts: undefined when it can be started without the tool, else why it cannot. */
export type RunJudge = (run: ToolRun) => string | undefined;

/** An instruction that starts programs through a tool: the edits that leave the tool out, or why it must stay. */
export interface StartChange {
  readonly edits: readonly TextEdit[];
  /** What is in the way, in words that follow the place of the instruction; empty when nothing is. */
  readonly doubts: readonly string[];
}

const noChange: StartChange = { edits: [], doubts: [] };
const shells = /(^|\/)(ba|da|a)?sh$/;
/** What these start stands in a file that is not read here. */
const starters =
  /(^|\/)(make|just|task|honcho|foreman|invoke|inv|tox|nox|supervisord|circusd|npm|pnpm|yarn)$/;

/** What starting without the tool makes of CMD, ENTRYPOINT, HEALTHCHECK, and of a RUN that starts a program through it. */
export function changedStart(instruction: Instruction, text: string, judge: RunJudge): StartChange {
  const { keyword, json, valueRange } = instruction.syntax;
  if (keyword === 'run') return changedRun(instruction, judge);
  if (keyword !== 'cmd' && keyword !== 'entrypoint' && keyword !== 'healthcheck') return noChange;
  const raw = text.slice(valueRange.start, valueRange.end);
  const lead = keyword === 'healthcheck' ? (/^.*?\bCMD\s+/s.exec(raw)?.[0] ?? '') : '';
  const body = raw.slice(lead.length);
  const words = keyword === 'healthcheck' ? jsonWords(body) : json;
  const changed = words === undefined ? changedShell(body, judge) : changedWords(words, body, judge);
  if (changed.text === body) return { edits: [], doubts: changed.doubts };
  const range = { start: valueRange.start + lead.length, end: valueRange.end };
  return { edits: [{ range, newText: changed.text }], doubts: changed.doubts };
}

interface ChangedText {
  readonly text: string;
  readonly doubts: readonly string[];
}

function changedWords(words: readonly string[], body: string, judge: RunJudge): ChangedText {
  const [program = ''] = words;
  if (starters.test(program)) return { text: body, doubts: [`what \`${program}\` starts is not read here`] };
  const script = words[2];
  if (shells.test(program) && /^-\w*c$/.test(words[1] ?? '') && script !== undefined) {
    const changed = changedShell(script, judge);
    const next = [...words.slice(0, 2), changed.text, ...words.slice(3)];
    return { text: changed.text === script ? body : asJson(next), doubts: changed.doubts };
  }
  if (projectToolOf(program) === undefined) return { text: body, doubts: [] };
  const { prefix, doubt, droppedWords } = judged(words, judge);
  if (doubt !== undefined) return { text: body, doubts: [doubt] };
  return { text: asJson([...prefix, ...words.slice(droppedWords)]), doubts: [] };
}

function judged(
  words: readonly string[],
  judge: RunJudge,
): { prefix: readonly string[]; droppedWords: number; doubt: string | undefined } {
  const run = readToolRun(words);
  if (run === undefined || run === 'unsure')
    return {
      prefix: [],
      droppedWords: 0,
      doubt: `\`${words.slice(0, 4).join(' ')}\` needs the tool in the running container`,
    };
  return { prefix: run.prefix, droppedWords: run.droppedWords, doubt: judge(run) };
}

/** A command of a chain, with the `exec` in front of it: `alembic upgrade head && exec uv run uvicorn app:app`. */
const shellCommand =
  /(^\s*|&&\s*|\|\|\s*|;\s*|\bexec\s+)((?:[^\s"'`$;&|]*\/)?(?:uv|poetry|pdm|pipenv)\s[^;&|]*)/g;

function changedShell(script: string, judge: RunJudge): ChangedText {
  const doubts: string[] = [];
  const text = script.replace(shellCommand, (whole, lead: string, command: string) => {
    const words = command.trim().split(/\s+/);
    const { prefix, droppedWords, doubt } = judged(words, judge);
    if (doubt !== undefined) {
      doubts.push(doubt);
      return whole;
    }
    const rest = new RegExp(`^(?:\\S+\\s+){${droppedWords}}`).exec(command)?.[0].length ?? 0;
    return `${lead}${[...prefix, ''].join(' ')}${command.slice(rest)}`;
  });
  const [first = ''] = script.trim().split(/\s+/);
  if (starters.test(first)) doubts.push(`what \`${first}\` starts is not read here`);
  const left = /(?:^|[\s/"'(])(uv|poetry|pdm|pipenv)\s+run\b/.exec(text);
  if (left !== null && doubts.length === 0)
    doubts.push(`\`${left[0].trim()}\` stands where it cannot be taken out`);
  return { text, doubts };
}

function changedRun({ commands, syntax }: Instruction, judge: RunJudge): StartChange {
  const edits: TextEdit[] = [];
  const doubts: string[] = [];
  for (const { words, wordRanges } of commands ?? []) {
    if (projectToolOf(words[0] ?? '') === undefined) continue;
    const { prefix, droppedWords, doubt } = judged(words, judge);
    const [start, end] = [wordRanges[0]?.start, wordRanges[droppedWords]?.start];
    if (doubt !== undefined) doubts.push(doubt);
    else if (start !== undefined && end !== undefined)
      edits.push({ range: { start, end }, newText: prefix.map((word) => `${word} `).join('') });
  }
  if (commands === undefined && /\b(uv|poetry|pdm|pipenv)\b/.test(syntax.value))
    doubts.push('a RUN that is not read here names the tool');
  return { edits, doubts };
}

/** The words of a JSON form; undefined for what the shell gets. */
export function jsonWords(body: string): readonly string[] | undefined {
  if (!body.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return Array.isArray(value) && value.every((word) => typeof word === 'string') ? value : undefined;
  } catch {
    // Not JSON: the shell gets it, as in BuildKit.
    return undefined;
  }
}

/** The JSON form of words, spelled as people do. */
export function asJson(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
}
