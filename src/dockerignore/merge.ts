import { formatBytes } from '../base/index.ts';
import { parseDockerignore } from './parse.ts';
import type { IgnoreSuggestion } from './suggest.ts';

const heading = '# Not needed in the image (plimsoll ignore)';

type Line = Pick<IgnoreSuggestion, 'pattern' | 'reason' | 'sizeBytes' | 'beforeLine'>;

/**
 * An ignore file with the suggested patterns, under a heading, each kind with its reason; `existingText` is `''` where there is none.
 * They stand at its end, or before the first exception that they would undo. Every byte that is there stays, and patterns that are
 * there are not added again: merging twice changes nothing.
 */
export function mergeDockerignore(existingText: string, suggestions: readonly Line[]): string {
  const present = new Set(
    parseDockerignore(existingText).map(({ pattern, isException }) => key(pattern, isException)),
  );
  const added = suggestions.filter(({ pattern }) =>
    parseDockerignore(pattern).some((one) => !present.has(key(one.pattern, one.isException))),
  );
  if (added.length === 0) return existingText;
  const lineEnd = existingText.includes('\r\n') ? '\r\n' : '\n';
  const title = existingText.split(/\r?\n/).includes(heading) ? [] : [heading];
  const places = [...new Set(added.map(({ beforeLine }) => beforeLine ?? Number.POSITIVE_INFINITY))].sort(
    (a, b) => a - b,
  );
  const mark = existingText.startsWith('\uFEFF') ? '\uFEFF' : '';
  const lines = existingText.slice(mark.length).split(/(?<=\n)/);
  let text = '';
  let copied = 0;
  for (const [position, place] of places.entries()) {
    const above = lines.slice(copied, place - 1).join('');
    copied = Math.min(place - 1, lines.length);
    const block = blockOf(added.filter((one) => (one.beforeLine ?? Number.POSITIVE_INFINITY) === place));
    const head = position === 0 ? title : [];
    text = separate(text + above, lineEnd) + [...head, ...block].map((line) => line + lineEnd).join('');
    if (copied < lines.length) text += lineEnd;
  }
  return mark + text + lines.slice(copied).join('');
}

/** The patterns of one place, each kind below its reason. */
function blockOf(added: readonly Line[]): readonly string[] {
  return [...Map.groupBy(added, ({ reason }) => reason)].flatMap(([reason, ofReason]) => {
    const sizeBytes = ofReason.reduce((sum, one) => sum + one.sizeBytes, 0);
    return [`# ${reason} (${formatBytes(sizeBytes)})`, ...ofReason.map(({ pattern }) => pattern)];
  });
}

/** The text with an empty line at its end, unless nothing is there that a new block must be set off from. */
function separate(text: string, lineEnd: string): string {
  if (text === '') return text;
  const ended = text.endsWith('\n') ? text : text + lineEnd;
  return /(?:^|\n)\r?\n$/.test(ended) ? ended : ended + lineEnd;
}

function key(pattern: string, isException: boolean): string {
  return isException ? `!${pattern}` : pattern;
}
