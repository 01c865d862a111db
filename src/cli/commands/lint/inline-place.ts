import { UserError } from '../../../base/index.ts';
import type { LintFinding } from '../../../dockerfile/index.ts';
import type { InlineDockerfile } from '../../../project/index.ts';

/** A finding about an inline Dockerfile, placed in its compose file; without corrections, which are written for a file of its own. */
export function placedInCompose(finding: LintFinding, inline: InlineDockerfile): LintFinding {
  const place = (offset: number): number => inline.offsets[offset] ?? inline.fileText.length;
  // The place of the last character: what follows it may be a line end that the file writes in another way.
  const start = place(finding.range.start);
  const end = finding.range.end > finding.range.start ? place(finding.range.end - 1) + 1 : start;
  const [first, last] = [lineAndColumn(inline.fileText, start), lineAndColumn(inline.fileText, end)];
  return {
    ...finding,
    line: first.line,
    column: first.column,
    endLine: last.line,
    endColumn: last.column,
    range: { start, end },
    edits: [],
  };
}

/** What BuildKit's parser says of an inline Dockerfile, with the line in the compose file. */
export function problemInCompose(error: UserError, file: string, inline: InlineDockerfile): UserError {
  const place = error.message.startsWith(`${file}:`)
    ? /^(\d+): (.*)$/s.exec(error.message.slice(file.length + 1))
    : null;
  if (place === null) return error;
  const lines = inline.text.split('\n');
  const offset = lines.slice(0, Number(place[1]) - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const { line } = lineAndColumn(inline.fileText, inline.offsets[offset] ?? 0);
  return new UserError(`${file}:${line}: ${place[2]}`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}

function lineAndColumn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
