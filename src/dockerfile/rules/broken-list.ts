import type { DockerfileModel, Instruction } from '../model.ts';
import type { InstructionSyntax } from '../syntax/syntax.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** A list that is no JSON. */
export const brokenList: LintRule = {
  id: 'broken-list',
  severity: 'error',
  title: 'a list that is no JSON',
  check: ({ model }) =>
    brokenLists(model).map(({ instruction, because }) => ({
      range: instruction.syntax.range,
      message: because,
    })),
};

/** An instruction with a list that is no JSON, and what comes of it. */
export interface BrokenList {
  readonly instruction: Instruction;
  /** `this list is no JSON, so a shell gets its text: write straight double quotes`. */
  readonly because: string;
}

/** What looks like a list and is read as plain text. */
export function brokenLists(model: DockerfileModel): readonly BrokenList[] {
  return instructionsOf(model, ...toShell, ...toNames).flatMap((instruction) => {
    const list = brokenListOf(instruction.syntax);
    if (list === undefined) return [];
    const result = toShell.includes(instruction.syntax.keyword)
      ? 'a shell gets its text'
      : 'its brackets are parts of names';
    return [{ instruction, because: `this list is no JSON, so ${result}: ${faultOf(list)}` }];
  });
}

const toShell = ['run', 'cmd', 'entrypoint', 'healthcheck'];
const toNames = ['volume', 'copy', 'add'];

/** What looks like a list, and is read as plain text: `['python', 'app.py']`; undefined for JSON, and for a test of the shell: `[ -f x ]`. */
export function brokenListOf({ keyword, json, value, heredocs }: InstructionSyntax): string | undefined {
  const text = keyword === 'healthcheck' ? value.replace(/^CMD\s+/i, '') : value;
  const list = text.trim();
  if (json !== undefined || heredocs.length > 0 || isStrings(list)) return undefined;
  if (!/^\[.*\](?:\s+#.*)?$/s.test(list)) return undefined;
  if (toNames.includes(keyword)) return list;
  // ["a" "b"]    [ 'a', 'b' ]    [python, app.py]
  return /^\[["'“‘]|^\[\s*["'“‘][^"'”’]*["'”’]\s*,|^\[\s*[^\s,"'[\]]+\s*,/.test(list) ? list : undefined;
}

function faultOf(list: string): string {
  const bare = list.replace(/\]\s+#.*$/s, ']');
  if (isStrings(bare)) return 'no comment may stand behind it';
  const straight = bare.replaceAll(/["'“”‘’]/g, '"');
  if (isStrings(straight)) return 'write straight double quotes';
  return isStrings(straight.replace(/,\s*\]$/, ']'))
    ? 'no comma may stand before ]'
    : 'put each word in double quotes, with commas between';
}

function isStrings(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every((one) => typeof one === 'string');
  } catch {
    return false;
  }
}
