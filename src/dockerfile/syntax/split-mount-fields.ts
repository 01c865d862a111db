/**
 * The comma-separated fields of a `--mount` or `--device`, quotes taken off, or what is wrong with them in the words of Go's `encoding/csv`:
 *
 *     type=cache,"target=/with,comma",id=""a""
 */
export function splitMountFields(value: string): readonly string[] | string {
  const line = value.replace(/\r?\n$/, '');
  if (line === '') return 'EOF';
  const fields: string[] = [];
  for (let at = 0; ; at += 1) {
    const read = line.charAt(at) === '"' ? readQuoted(line, at) : readPlain(line, at);
    if (typeof read === 'string') return read;
    fields.push(read.field);
    if (read.end === line.length) return fields;
    at = read.end;
  }
}

type ReadField = { readonly field: string; readonly end: number } | string;

function readPlain(line: string, start: number): ReadField {
  const comma = line.indexOf(',', start);
  const end = comma === -1 ? line.length : comma;
  const field = line.slice(start, end);
  const quote = field.indexOf('"');
  return quote === -1 ? { field, end } : problemAt(line, start + quote, 'bare " in non-quoted field');
}

function readQuoted(line: string, start: number): ReadField {
  let field = '';
  for (let at = start + 1; ; ) {
    const quote = line.indexOf('"', at);
    if (quote === -1) return problemAt(line, at, extraneousQuote);
    field += line.slice(at, quote);
    const next = line.charAt(quote + 1);
    if (next === '' || next === ',') return { field, end: quote + 1 };
    if (next !== '"') return problemAt(line, quote, extraneousQuote);
    field += '"';
    at = quote + 2;
  }
}

const extraneousQuote = 'extraneous or missing " in quoted-field';

/** Columns count bytes, from 1. */
function problemAt(line: string, at: number, problem: string): string {
  return `parse error on line 1, column ${Buffer.byteLength(line.slice(0, at)) + 1}: ${problem}`;
}
