import { escapeHtml } from './escape-html.ts';

/** HTML that is safe to put into the page as it is. */
export interface Markup {
  readonly html: string;
}

type Value = string | number | Markup | readonly Markup[];

/** Joins HTML written here with values from elsewhere: every string is escaped, only `Markup` is taken as it is. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let text = parts[0] ?? '';
  values.forEach((value, i) => {
    text += fill(value) + (parts[i + 1] ?? '');
  });
  return { html: text };
}

/** Nothing. */
export const nothing: Markup = { html: '' };

function fill(value: Value): string {
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if ('html' in value) return value.html;
  return value.map((one) => one.html).join('');
}
