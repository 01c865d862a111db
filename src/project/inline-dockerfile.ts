import { isScalar } from 'yaml';
import type { ComposeDocument } from './compose-document.ts';
import { composeReference, interpolate } from './compose-variables.ts';

/** A Dockerfile that stands in a compose file (`dockerfile_inline`). */
export interface InlineDockerfile {
  /** The compose file: its absolute path, and its text. */
  readonly file: string;
  readonly fileText: string;
  /** As the builder gets it: without indentation, references filled in. */
  readonly text: string;
  /** Where each character of `text`, and its end, stands in `fileText`. */
  readonly offsets: readonly number[];
}

/**
 * The inline Dockerfile of a service. A variable that only the environment of Compose knows stands there by its name. Undefined where the service
 * of this file has none in a block of its own (`dockerfile_inline: |`), line by line.
 */
export function inlineDockerfile(
  { file, text: fileText, document }: ComposeDocument,
  service: string,
): InlineDockerfile | undefined {
  const node: unknown = document.getIn(['services', service, 'build', 'dockerfile_inline'], true);
  if (!isScalar(node) || node.type !== 'BLOCK_LITERAL' || typeof node.value !== 'string') return undefined;
  const start = fileText.indexOf('\n', node.range?.[0]) + 1;
  const places = start === 0 ? undefined : placesOf(node.value, { fileText, start });
  return places === undefined ? undefined : { file, fileText, ...filledIn(node.value, places) };
}

/** The inline Dockerfile of a merged service, as the builder gets it, however it is written; undefined where it has none. */
export function inlineText(merged: Readonly<Record<string, unknown>>): string | undefined {
  const build = merged['build'];
  const text =
    typeof build === 'object' && build !== null && 'dockerfile_inline' in build
      ? build.dockerfile_inline
      : undefined;
  return typeof text === 'string' ? filledIn(text, []).text : undefined;
}

/** Where each character of a block's value stands; undefined where the lines are not those of the file. */
function placesOf(
  value: string,
  { fileText, start }: { readonly fileText: string; readonly start: number },
): readonly number[] | undefined {
  const places: number[] = [];
  let lineStart = start;
  for (const line of value.split('\n')) {
    const newline = fileText.indexOf('\n', lineStart);
    const lineEnd = newline === -1 ? fileText.length : newline;
    const written = fileText.slice(lineStart, lineEnd).replace(/\r$/, '');
    if (line !== '' && !written.endsWith(line)) return undefined;
    const from = lineStart + written.length - line.length;
    for (let at = 0; at <= line.length; at += 1) places.push(from + at);
    lineStart = lineEnd + 1;
  }
  return places;
}

function filledIn(value: string, places: readonly number[]): Pick<InlineDockerfile, 'text' | 'offsets'> {
  let text = '';
  const offsets: number[] = [];
  const add = (piece: string, place: (at: number) => number): void => {
    for (let at = 0; at < piece.length; at += 1) offsets.push(place(at));
    text += piece;
  };
  let done = 0;
  const upTo = (end: number): void => {
    const from = done;
    add(value.slice(from, end), (at) => places[from + at] ?? 0);
    done = end;
  };
  for (const match of value.matchAll(composeReference)) {
    const [whole, , bare, braced] = match;
    upTo(match.index);
    add(interpolate(whole) ?? (bare ?? braced ?? '').toLowerCase(), () => places[match.index] ?? 0);
    done = match.index + whole.length;
  }
  upTo(value.length);
  return { text, offsets: [...offsets, places.at(-1) ?? 0] };
}
