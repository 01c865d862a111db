import { messageOf, UserError } from '../../base/index.ts';
import { readDirective } from './directives.ts';
import { readHeredocStarts } from './heredoc.ts';
import { type JoinedText, joinRanges, sourceRange } from './joined-text.ts';
import { readArguments, takesHeredocs } from './line-arguments.ts';
import { type PhysicalLine, physicalLines } from './physical-lines.ts';
import { refusalHint } from './refusal-hint.ts';
import { splitCommand } from './split-command.ts';
import type { Directive, DockerfileSyntax, Heredoc, InstructionSyntax, TextRange } from './syntax.ts';
import { skipSpace } from './whitespace.ts';

/**
 * Parses a Dockerfile as BuildKit does (`frontend/dockerfile/parser`):
 *
 *     # syntax=docker/dockerfile:1
 *     FROM python:3.12-slim AS base
 *     RUN apt-get update \
 *         # why git
 *         && apt-get install -y git
 *     COPY <<EOF /etc/motd
 *     hello
 *     EOF
 *
 * Throws a `UserError` with BuildKit's message, `fileName` and line for what its parser refuses. That takes instructions, flags and numbers of
 * arguments of any kind: `resolveDockerfile` looks at them.
 */
export function parseDockerfile(text: string, fileName = 'Dockerfile'): DockerfileSyntax {
  const { lines, tooLong } = readableLines(text);
  const reader: Reader = { text, fileName, lines, at: 0, escape: '\\' };
  const directives = readDirectives(reader);
  const instructions = readInstructions(reader);
  if (instructions.length === 0) fail(reader, lines.at(-1)?.number ?? 1, 'file with no instructions');
  if (tooLong !== undefined) {
    fail(reader, tooLong.number, 'dockerfile line greater than max allowed size of 65535');
  }
  return { text, directives, escape: reader.escape, instructions };
}

interface Reader {
  readonly text: string;
  readonly fileName: string;
  readonly lines: readonly PhysicalLine[];
  /** Position in `lines` of the next one. */
  at: number;
  escape: '\\' | '`';
}

function fail(reader: Pick<Reader, 'fileName' | 'text'>, line: number, message: string): never {
  throw new UserError(`${reader.fileName}:${line}: ${message}`, {
    hint: refusalHint(reader.text),
  });
}

/** Directives stand at the very top; the first line that is none ends them. */
function readDirectives(reader: Reader): Directive[] {
  const names = new Set<string>();
  const escapes: Directive[] = [];
  for (; reader.at < reader.lines.length; reader.at += 1) {
    const line = reader.lines[reader.at];
    if (line === undefined) break;
    const range = contentRange(reader.text, line);
    const directive = readDirective(reader.text.slice(range.start, range.end));
    if (directive === undefined) break;
    const { name, value } = directive;
    if (names.has(name)) fail(reader, line.number, `only one ${name} parser directive can be used`);
    names.add(name);
    if (name !== 'escape') continue;
    if (value !== '\\' && value !== '`') {
      fail(reader, line.number, `invalid escape token '${value}' does not match \` or \\`);
    }
    reader.escape = value;
    escapes.push({ name, value, range });
  }
  return [...escapes, ...frontendDirectives(reader)].sort((a, b) => a.range.start - b.range.start);
}

/** `syntax` and `check` are read by another reader (`ParseDirective`), which skips a `#!` line at the top and takes no indented ones. */
function frontendDirectives(reader: Reader): readonly Directive[] {
  const found = new Map<string, Directive>();
  const [first] = reader.lines;
  const hasInterpreter = first !== undefined && reader.text.startsWith('#!', first.start);
  for (const { start, end } of reader.lines.slice(hasInterpreter ? 1 : 0)) {
    const directive = readDirective(reader.text.slice(start, end));
    if (directive === undefined || found.has(directive.name)) break;
    found.set(directive.name, { ...directive, range: { start, end } });
  }
  return [...found.values()].filter(({ name }) => name !== 'escape');
}

function contentRange(text: string, line: PhysicalLine): TextRange {
  return { start: line.start + skipSpace(text.slice(line.start, line.end)), end: line.end };
}

function readInstructions(reader: Reader): InstructionSyntax[] {
  const read: InstructionSyntax[] = [];
  let comments: PhysicalLine[] = [];
  for (;;) {
    const line = reader.lines[reader.at];
    if (line === undefined) return read;
    const { start, end } = contentRange(reader.text, line);
    if (start === end || reader.text.charAt(start) === '#') {
      comments = start === end ? [] : [...comments, line];
      reader.at += 1;
      continue;
    }
    read.push(readInstruction(reader, line, comments));
    comments = [];
  }
}

function readInstruction(
  reader: Reader,
  first: PhysicalLine,
  comments: readonly PhysicalLine[],
): InstructionSyntax {
  const joined = readJoinedLine(reader);
  const lastJoined = reader.lines[reader.at - 1] ?? first;
  const command = splitCommand(joined, reader.escape);
  const { keyword, flags, value } = command;
  const line = withPlace(reader, first.number, () => readArguments(command, reader.escape));
  const heredocs = takesHeredocs(line) ? readHeredocs(reader, first, joined.text) : [];
  const last = reader.lines[reader.at - 1] ?? lastJoined;
  return {
    keyword: keyword.toLowerCase(),
    keywordAsWritten: keyword,
    flags,
    value: value.text,
    json: line.json,
    heredocs,
    range: { start: contentRange(reader.text, first).start, end: last.end },
    valueRange: sourceRange(value, 0),
    startLine: first.number,
    endLine: last.number,
    sourceOffsets: value.offsets,
    leadingComments: comments.map(({ start, end }) => reader.text.slice(start, end)),
    blockStart: (comments[0] ?? first).start,
  };
}

function withPlace<T>(reader: Reader, lineNumber: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    return fail(reader, lineNumber, messageOf(error));
  }
}

/** Joins continuation lines; comment lines and empty lines inside of them are left out. Moves `reader.at` behind the last. */
function readJoinedLine(reader: Reader): JoinedText {
  const pieces: TextRange[] = [];
  for (let isFirst = true; reader.at < reader.lines.length; isFirst = false) {
    const line = reader.lines[reader.at];
    if (line === undefined) break;
    reader.at += 1;
    const content = contentRange(reader.text, line);
    const isSkipped = content.start === content.end || reader.text.charAt(content.start) === '#';
    if (!isFirst && isSkipped) continue;
    const start = isFirst ? content.start : line.start;
    const continued = continuationEnd(reader.text.slice(start, line.end), reader.escape);
    pieces.push({ start, end: continued === undefined ? line.end : start + continued });
    if (continued === undefined) break;
  }
  return joinRanges(reader.text, pieces);
}

/** Length of a line without its continuation character; undefined when it has none. A doubled escape continues nothing. */
function continuationEnd(line: string, escapeCharacter: string): number | undefined {
  let end = line.length;
  while (end > 0 && (line.charAt(end - 1) === ' ' || line.charAt(end - 1) === '\t')) end -= 1;
  if (end === 0 || line.charAt(end - 1) !== escapeCharacter) return undefined;
  return end > 1 && line.charAt(end - 2) === escapeCharacter ? undefined : end - 1;
}

function readHeredocs(reader: Reader, first: PhysicalLine, line: string): Heredoc[] {
  const starts = withPlace(reader, first.number, () => readHeredocStarts(line));
  return starts.map((start) => {
    const firstLine = reader.lines[reader.at];
    for (; reader.at < reader.lines.length; reader.at += 1) {
      const candidate = reader.lines[reader.at];
      if (candidate === undefined || firstLine === undefined) break;
      const text = reader.text.slice(candidate.start, candidate.end);
      if ((start.isTabStripped ? text.replace(/^\t+/, '') : text) !== start.name) continue;
      reader.at += 1;
      const content = reader.text.slice(firstLine.start, candidate.start);
      return { ...start, content, range: { start: firstLine.start, end: candidate.end } };
    }
    return fail(reader, first.number, `unterminated heredoc (no line is ${JSON.stringify(start.name)})`);
  });
}

/** The lines up to the first that does not fit into BuildKit's buffer of 64 KiB, line end included. */
function readableLines(text: string): { lines: readonly PhysicalLine[]; tooLong: PhysicalLine | undefined } {
  const lines = physicalLines(text);
  const longest = lines.findIndex(({ start, next }) => {
    if (next - start < 16_384) return false;
    const line = text.slice(start, next);
    return Buffer.byteLength(line) > (line.endsWith('\n') ? 65_536 : 65_535);
  });
  return longest === -1
    ? { lines, tooLong: undefined }
    : { lines: lines.slice(0, longest), tooLong: lines[longest] };
}
