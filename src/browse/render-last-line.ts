import { type Paint, textWidth } from '../report/index.ts';
import { fitSpans, safeText, truncateStart } from './spans.ts';
import type { BrowseState, Prompt } from './state.ts';

const promptTitles = { filter: '/', extract: 'Write to: ', find: '/' } as const;

/** The screen's last line: what is being typed, else what there is to tell, else what keys do. */
export function renderLastLine({ prompt, message, size }: BrowseState, hints: string, paint: Paint): string {
  if (prompt !== undefined) return promptLine(prompt, size.columns);
  const span =
    message === undefined
      ? ({ text: hints, style: 'dim' } as const)
      : { text: safeText(message.text), style: message.tone };
  return fitSpans([span], size.columns, paint);
}

function promptLine({ purpose, text, cursor }: Prompt, columns: number): string {
  const before = safeText(text.slice(0, cursor));
  const under = [...text.slice(cursor, cursor + 2)][0] ?? ' ';
  const after = safeText(text.slice(cursor + (cursor < text.length ? under.length : 0)));
  const shown = truncateStart(`${promptTitles[purpose]}${before}`, columns - 2);
  const at = `\x1b[7m${safeText(under)}\x1b[27m`;
  const rest = fitSpans(
    [{ text: after }],
    Math.max(0, columns - textWidth(shown) - textWidth(safeText(under))),
    (one) => one,
  );
  return `${shown}${at}${rest}`;
}
