import { createHash } from 'node:crypto';
import { escapeJson } from './escape-html.ts';
import { html, type Markup } from './markup.ts';

/** What a page is made of. */
export interface PageParts {
  readonly title: string;
  readonly style: string;
  /** The sections, in order. */
  readonly main: Markup;
  /** What the script reads, from the element `data`. */
  readonly data: unknown;
  readonly script: string;
}

/**
 * A page that needs nothing else: style, script and data are inside, and its content security policy forbids every request
 * and every script but its own. Text is taken as markup only where it is `Markup`.
 */
export function pageFrame({ title, style, main, data, script }: PageParts): string {
  const hash = createHash('sha256').update(script).digest('base64');
  const body = html`<main>
${main}
</main>
<div id="tip" hidden></div><div id="announce" class="visually-hidden" aria-live="polite"></div>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<meta name="color-scheme" content="light dark">
${html`<title>${title}</title>`.html}
<style>${style}</style>
</head>
<body>
${body.html}
<script type="application/json" id="data">${escapeJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** The mark on a ship's hull: a ring crossed by the line that the water must not pass. */
export const plimsollMark: Markup = {
  html: '<svg viewBox="0 0 42 42" fill="none" stroke="currentColor" stroke-width="3.4" aria-hidden="true"><circle cx="21" cy="21" r="12.5"/><path d="M2 21h38" stroke-linecap="round"/></svg>',
};

/** The last line of every page. */
export const pageFooter: Markup = html`<footer>Made by Plimsoll. Sizes in decimal units: 1 MB = 10⁶ bytes.</footer>`;
