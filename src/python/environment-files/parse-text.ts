import { parse as parseTomlText, TomlError } from 'smol-toml';
import { isAlias, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { messageOf } from '../../base/index.ts';
import type { EnvironmentFile, EnvironmentFileKind } from './environment-file.ts';
import { unreadableFile } from './environment-file.ts';

/** A file to read: where it lies and what is in it. */
export interface EnvironmentText {
  readonly path: string;
  readonly text: string;
}

/** How a format is read. */
export interface EnvironmentFormat<Document> {
  readonly kind: EnvironmentFileKind;
  readonly syntax: 'toml' | 'json' | 'yaml';
  readonly schema: z.ZodType<Document>;
  readonly read: (document: Document, file: EnvironmentText) => EnvironmentFile;
}

/** Reads a file in a format; whatever is wrong with it is a problem with its place, never a throw. */
export function readFormat<Document>(
  format: EnvironmentFormat<Document>,
  file: EnvironmentText,
): EnvironmentFile {
  let value: unknown;
  try {
    value = parseSyntax(format.syntax, file.text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return unreadableFile(file.path, format.kind, {
      line: lineOf(error, file.text),
      message: firstLine(error),
    });
  }
  const parsed = format.schema.safeParse(value);
  if (parsed.success) return format.read(parsed.data, file);
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  return unreadableFile(file.path, format.kind, {
    line: lineOfKey(file.text, issue?.path ?? []),
    message: `this is no ${format.kind} as its tool writes it: ${where === '' ? '' : `${where}: `}${issue?.message ?? 'unexpected content'}`,
  });
}

function parseSyntax(syntax: 'toml' | 'json' | 'yaml', text: string): unknown {
  if (syntax === 'toml') return parseTomlText(text);
  if (syntax === 'json') return JSON.parse(text);
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw error;
  visit(document, (_, node) => {
    // A few lines of aliases can stand for gigabytes; no tool writes any.
    if (isAlias(node)) throw new Error('aliases are not read');
  });
  return document.toJS();
}

function firstLine(error: unknown): string {
  return (messageOf(error).split('\n')[0] ?? '').replace(/ at line \d+.*$/, '');
}

function lineOf(error: unknown, text: string): number | undefined {
  if (error instanceof TomlError) return error.line;
  const places =
    typeof error === 'object' && error !== null && 'linePos' in error ? error.linePos : undefined;
  const [place] = Array.isArray(places) ? (places as readonly { readonly line: number }[]) : [];
  if (place !== undefined) return place.line;
  // V8: Unexpected token } in JSON at position 42 (line 3 column 1)
  const message = messageOf(error);
  const line = /\(line (\d+)/.exec(message)?.[1];
  const position = /at position (\d+)/.exec(message)?.[1];
  if (line !== undefined) return Number(line);
  return position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
}

/** The line of the last key of a path that stands in the text; the n-th table of a list of tables counts as n headers. */
function lineOfKey(text: string, path: readonly PropertyKey[]): number {
  const lines = text.split('\n');
  const [list, position] = path;
  if (typeof list === 'string' && typeof position === 'number') {
    const headers = lines.flatMap((line, at) => (line.trim().startsWith(`[[${list}]]`) ? [at + 1] : []));
    const header = headers[position];
    if (header !== undefined) return header;
  }
  const key = path.findLast((part) => typeof part === 'string');
  const at = key === undefined ? -1 : lines.findIndex((line) => line.includes(String(key)));
  return at + 1;
}
