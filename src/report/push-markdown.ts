import { formatBytes, formatSeconds } from '../base/index.ts';
import type { PushReport } from '../push/index.ts';
import { code } from './slim-markdown.ts';
import { counted } from './wording.ts';

/** What a push has done, in a line of Markdown; ends with a line end. */
export function pushMarkdown({
  reference,
  digest,
  layers,
  sentBytes,
  skippedBytes,
  seconds,
}: PushReport): string {
  const sent = layers.filter(({ outcome }) => outcome === 'sent').length;
  const there = skippedBytes === 0 ? '' : `, ${formatBytes(skippedBytes)} there already`;
  return `Pushed ${code(reference)} as ${code(digest)}: ${formatBytes(sentBytes)} sent in ${formatSeconds(seconds)} (${sent} of ${counted(layers.length, 'layer')})${there}.\n`;
}
