import type { Instruction } from '../model.ts';
import type { TextEdit } from '../syntax/syntax.ts';

/** What becomes of the comments above an installation of which packages are to go. */
export interface CommentVerdict {
  /** Packages that a comment asks for, and that nothing else in the file explains: they stay. */
  readonly asked: ReadonlySet<string>;
  readonly edits: readonly TextEdit[];
}

const asking = /\b(requir\w*|need\w*|necessary|must|because|keep|do not remove|don't remove|used by|uses)\b/i;

/**
 * `# requires git` above `apt-get install git libpq5`: where another stage has the same line (a split left it in both), it goes with the package;
 * where it stands here alone, the package stays. Of `# gcc for wheels, curl for the health check`, what is about gcc goes.
 */
export function judgeComments(
  { syntax }: Instruction,
  dropped: ReadonlySet<string>,
  text: string,
): CommentVerdict {
  const asked = new Set<string>();
  const edits: TextEdit[] = [];
  let at = syntax.blockStart;
  for (const line of text.slice(syntax.blockStart, syntax.range.start).split(/(?<=\n)/)) {
    const range = { start: at, end: at + line.length };
    at = range.end;
    const named = [...dropped].filter((name) => names(line, name));
    if (named.length === 0) continue;
    const rest = withoutClauses(line, named);
    const isElsewhere = text.split(line.trim()).length > 2;
    if (!isElsewhere && asking.test(line)) for (const name of named) asked.add(name);
    else if (rest !== line) edits.push({ range, newText: rest });
  }
  return { asked, edits };
}

function names(line: string, name: string): boolean {
  return new RegExp(`(?<![\\w.+-])${name.replaceAll(/[.+]/g, '\\$&')}(?![\\w+-]|\\.\\w)`, 'i').test(line);
}

/** The line without the parts between commas that are about these packages; empty where nothing is left. */
function withoutClauses(line: string, dropped: readonly string[]): string {
  const [, lead = '', body = '', end = ''] = /^(\s*#+\s*)(.*?)(\s*)$/s.exec(line) ?? [];
  // What stands in front of a list in brackets is no item of it.
  const [, head = '', list = body] = /^(.*?\()(.*)$/.exec(body) ?? [];
  const clauses = list.split(/(?:\s*[,;]\s*(?:and\s+)?)/);
  const kept = clauses.filter((clause) => !dropped.some((name) => names(clause, name)));
  if (kept.length === clauses.length) return line;
  if (kept.length > 0) return `${lead}${balanced(`${head}${kept.join(', ')}`)}${end}`;
  return head.length > 1 ? `${lead}${head.slice(0, -1).trimEnd()}${end}` : '';
}

/** With the brackets that stood around a list: `(nginx, curl` → `(nginx, curl)`. */
function balanced(text: string): string {
  const [opened, closed] = [text.split('(').length, text.split(')').length];
  if (opened > closed) return `${text})`;
  return closed > opened ? text.replace(/\)([^)]*)$/, '$1').trimEnd() : text;
}
