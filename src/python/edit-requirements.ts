import type { InstallLine, RequirementsFile, RequirementsLine } from './requirements.ts';

/** What to change; everything that is not named stays as it is, byte for byte. */
export interface RequirementsEdit {
  /** True for a requirement that goes. */
  readonly remove?: (line: InstallLine) => boolean;
  /** The requirement's new text without line end, or undefined to keep it; its inline comment stays. */
  readonly replace?: (line: InstallLine) => string | undefined;
  /** The new target of a `-r` or `-c`, or undefined to keep it. */
  readonly replaceInclude?: (target: string, includes: 'requirements' | 'constraints') => string | undefined;
  /** True for an option line that goes. */
  readonly removeOption?: (line: Extract<RequirementsLine, { kind: 'option' }>) => boolean;
  /** Lines put before everything but the comments at the top. */
  readonly prepend?: readonly string[];
}

/**
 * The file's text after an edit: order, comments, blank lines and line ends are kept.
 * The indented `# via …` lines that pip-compile writes below a requirement go with it.
 */
export function editRequirements(file: RequirementsFile, edit: RequirementsEdit): string {
  const lineEnd = /\r\n|\r|\n/.exec(file.text)?.[0] ?? '\n';
  const pieces: string[] = [];
  let isDropping = false;
  for (const line of file.lines) {
    const raw = file.text.slice(line.start, line.end);
    isDropping = (isDropping && isAnnotation(line, raw)) || isRemoved(line, edit);
    if (!isDropping) pieces.push(replaced(line, raw, edit));
  }
  if (edit.prepend && edit.prepend.length > 0) {
    const firstOther = file.lines.findIndex((line) => line.kind !== 'comment');
    const at = firstOther === -1 ? pieces.length : firstOther;
    if (at > 0) pieces[at - 1] = pieces[at - 1]?.replace(/[^\r\n]$/, (last) => last + lineEnd) ?? '';
    pieces.splice(at, 0, ...edit.prepend.map((text) => text + lineEnd));
  }
  return (file.hasByteOrderMark ? '\uFEFF' : '') + pieces.join('');
}

function isRemoved(line: RequirementsLine, edit: RequirementsEdit): boolean {
  if (line.kind === 'requirement' || line.kind === 'reference') return edit.remove?.(line) === true;
  return line.kind === 'option' && edit.removeOption?.(line) === true;
}

function isAnnotation(line: RequirementsLine, raw: string): boolean {
  return line.kind === 'comment' && /^[ \t]+#/.test(raw);
}

function replaced(line: RequirementsLine, raw: string, edit: RequirementsEdit): string {
  const newText = newTextOf(line, edit);
  if (newText === undefined) return raw;
  const lineEnd = /[\r\n]+$/.exec(raw)?.[0] ?? '';
  const comment = 'comment' in line && line.comment !== undefined ? `  ${line.comment}` : '';
  return newText + comment + lineEnd;
}

function newTextOf(line: RequirementsLine, edit: RequirementsEdit): string | undefined {
  if (line.kind === 'requirement' || line.kind === 'reference') return edit.replace?.(line);
  if (line.kind !== 'include') return undefined;
  const target = edit.replaceInclude?.(line.target, line.includes);
  return target === undefined ? undefined : `${line.includes === 'requirements' ? '-r' : '-c'} ${target}`;
}
