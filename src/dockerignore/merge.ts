import { formatBytes } from '../base/index.ts';
import { parseDockerignore } from './parse.ts';
import type { IgnoreSuggestion } from './suggest.ts';

const heading = '# Not needed in the image (plimsoll ignore)';

/**
 * An ignore file with the suggested patterns at its end, under a heading, each kind with its reason; `existingText` is `''` where there is none.
 * Lines that are there stay as they are, and patterns that are there are not added again: merging twice changes nothing.
 */
export function mergeDockerignore(
  existingText: string,
  suggestions: readonly Pick<IgnoreSuggestion, 'pattern' | 'reason' | 'sizeBytes'>[],
): string {
  const present = new Set(
    parseDockerignore(existingText).map(({ pattern, isException }) => key(pattern, isException)),
  );
  const added = suggestions.filter(({ pattern }) =>
    parseDockerignore(pattern).some((one) => !present.has(key(one.pattern, one.isException))),
  );
  if (added.length === 0) return existingText;
  const lineEnd = existingText.includes('\r\n') ? '\r\n' : '\n';
  const lines = existingText.split(/\r?\n/).includes(heading) ? [] : [heading];
  for (const reason of new Set(added.map((one) => one.reason))) {
    const ofReason = added.filter((one) => one.reason === reason);
    const sizeBytes = ofReason.reduce((sum, one) => sum + one.sizeBytes, 0);
    lines.push(`# ${reason} (${formatBytes(sizeBytes)})`, ...ofReason.map(({ pattern }) => pattern));
  }
  const before = existingText === '' ? '' : `${existingText.replace(/(?:\r?\n)*$/, '')}${lineEnd}${lineEnd}`;
  return before + lines.map((line) => line + lineEnd).join('');
}

function key(pattern: string, isException: boolean): string {
  return isException ? `!${pattern}` : pattern;
}
