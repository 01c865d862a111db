import { type Paint, pad, plainText, type Style, textWidth, truncate } from '../report/index.ts';

/** A piece of a line: text that is safe to print, and how it looks. */
export interface Span {
  readonly text: string;
  readonly style?: Style;
  /** In reverse colours, as what was looked for. */
  readonly isMarked?: boolean;
}

/** Puts spans into exactly `width` columns, cut or filled up with spaces. */
export function fitSpans(spans: readonly Span[], width: number, paint: Paint): string {
  let line = '';
  let left = width;
  for (const { text, style = 'plain', isMarked } of spans) {
    if (left <= 0) break;
    const cut = truncate(text, left);
    line += isMarked === true ? `\x1b[7m${cut}\x1b[27m` : paint(cut, style);
    left -= textWidth(cut);
    if (cut !== text) break;
  }
  return line + ' '.repeat(Math.max(0, left));
}

/** The same in reverse colours, which show where the cursor is without any colour. */
export function fitSelected(spans: readonly Span[], width: number): string {
  return `\x1b[7m${fitSpans(spans, width, (text) => text)}\x1b[27m`;
}

/** Text from an image, safe to print: control characters and bytes that are not UTF-8 are shown as `\x1b`. */
export function safeText(text: string): string {
  const shown = text.replace(/[\ud800-\udfff]/gu, (half) => {
    const code = half.charCodeAt(0);
    return code >= 0xdc80 && code <= 0xdcff ? `\\x${(code - 0xdc00).toString(16)}` : '\ufffd';
  });
  return plainText(shown);
}

/** Cuts a path to `width` columns at its beginning, since its end tells more. */
export function truncateStart(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const characters = [...text];
  let used = 1;
  let start = characters.length;
  while (start > 0) {
    const wide = textWidth(characters[start - 1] ?? '');
    if (used + wide > width) break;
    used += wide;
    start -= 1;
  }
  return width <= 0 ? '' : `…${characters.slice(start).join('')}`;
}

/** Text at the right end of `width` columns. */
export function padStart(text: string, width: number): string {
  return pad(text, width, 'right');
}
