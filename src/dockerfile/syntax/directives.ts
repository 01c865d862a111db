import type { Directive } from './syntax.ts';

/** The directives that BuildKit knows; the first line that is none of them ends their place. */
const known = new Set(['syntax', 'escape', 'check']);

/**
 * One line at the top of a Dockerfile as a directive, without its place; undefined when it is none:
 *
 *     # syntax=docker/dockerfile:1
 */
export function readDirective(line: string): Omit<Directive, 'range'> | undefined {
  const match = /^#[\t\n\f\r ]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*([^\n]+?)[\t\n\f\r ]*$/.exec(
    line,
  );
  const name = match?.[1]?.toLowerCase();
  const value = match?.[2];
  if (name === undefined || value === undefined || !known.has(name)) return undefined;
  return { name, value };
}
