import { formatBytes, formatSeconds } from '../base/index.ts';
import type { Amount, Comparison, PushCost, Saving } from '../compare/index.ts';

/** What a change of size reads like: `−7.55 GB`, `+12.0 MB`, `0 B`. `savedBytes` is positive where it shrank. */
export function formatSaved(savedBytes: number): string {
  if (savedBytes === 0) return '0 B';
  return `${savedBytes > 0 ? '−' : '+'}${formatBytes(Math.abs(savedBytes))}`;
}

/** `−87.7%`; a dash where there is nothing to compare with. */
export function formatPercent(savedPercent: number | undefined): string {
  if (savedPercent === undefined) return '–';
  const rounded = Math.abs(savedPercent).toFixed(1);
  if (rounded === '0.0') return '0.0%';
  return `${savedPercent > 0 ? '−' : '+'}${rounded}%`;
}

/** A size with its uncertainty where it is a forecast: `≈ 1.06 GB ± 90.0 MB`. */
export function formatAmount(amount: Amount): string {
  const size = formatBytes(amount.contentBytes);
  return amount.uncertaintyBytes === 0 ? size : `≈ ${size} ± ${formatBytes(amount.uncertaintyBytes)}`;
}

/** `100 Mbit/s`, `2.5 Gbit/s`. */
export function formatBitRate(bitsPerSecond: number): string {
  const [value, unit] =
    bitsPerSecond >= 1e9
      ? [bitsPerSecond / 1e9, 'Gbit/s']
      : bitsPerSecond >= 1e6
        ? [bitsPerSecond / 1e6, 'Mbit/s']
        : [bitsPerSecond / 1e3, 'kbit/s'];
  return `${Number(value.toFixed(1))} ${unit}`;
}

/** `8.61 GB → 1.06 GB (−87.7%), push at 100 Mbit/s 14 min 02 s → 1 min 20 s`. */
export function headline(comparison: Comparison): string {
  const { total, push } = comparison;
  return `${sizeChange(total)}, push at ${formatBitRate(push.uplinkBitsPerSecond)} ${formatSeconds(push.fat.totalSeconds)} → ${formatSeconds(push.lean.totalSeconds)}`;
}

/** `8.61 GB → 1.06 GB (−87.7%)`. */
export function sizeChange(saving: Saving): string {
  return `${formatAmount(saving.fat)} → ${formatAmount(saving.lean)} (${formatPercent(saving.savedPercent)})`;
}

/** What a push waits for, in words. */
export function pushBound(cost: PushCost): string {
  const compress = `compressing ${formatSeconds(cost.compressSeconds)}`;
  const upload = `uploading ${formatBytes(cost.uploadBytes)} ${formatSeconds(cost.uploadSeconds)}`;
  return cost.bound === 'compression'
    ? `${compress}, ${upload} meanwhile`
    : `${upload}, ${compress} meanwhile`;
}

/** The sentences about layers that are not counted twice, each with their names. */
export function sharedLayerNotes(comparison: Comparison): string[] {
  const { shared, push } = comparison;
  const notes: string[] = [];
  if (shared.length > 0) {
    const bytes = shared.reduce((sum, layer) => sum + layer.compressedBytes, 0);
    const names = shared.map(({ instruction }) => briefly(instruction)).join('; ');
    notes.push(
      `Both images share ${counted(shared.length, 'layer')} (${formatBytes(bytes)} compressed: ${names}). Once the fat image is in the registry, the lean one is pushed in ${formatSeconds(push.leanAfterFat.totalSeconds)}.`,
    );
  }
  const skipped = [...push.fat.skipped, ...push.lean.skipped].filter(
    (layer, position, all) => all.findIndex(({ identity }) => identity === layer.identity) === position,
  );
  if (skipped.length > 0) {
    const names = skipped.map((layer) => `${briefly(layer.instruction)} (${layer.reason})`).join('; ');
    notes.push(`Not sent: ${names}.`);
  }
  return notes;
}

const briefLength = 48;

function briefly(instruction: string): string {
  const text = shortInstruction(instruction);
  return text.length <= briefLength ? text : `${text.slice(0, briefLength - 1)}…`;
}

/** `1 layer`, `2 layers`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * A history line as its author wrote the instruction, on one line.
 *
 *     RUN |1 A=b /bin/sh -c pip install x # buildkit   → RUN pip install x
 *     /bin/sh -c #(nop) COPY file:ab12… in /app        → COPY file:ab12… /app
 *     /bin/sh -c set -eux; apt-get update; …           → RUN apt-get update; …
 */
export function shortInstruction(createdBy: string): string {
  let text = createdBy
    .replace(/\\\r?\n/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ # buildkit$/, '')
    .trim();
  text = text.replace(/^\/bin\/sh -c #\(nop\)\s*/, '').replace(/^(?:\|\d+ .*? )?\/bin\/sh -c /, 'RUN ');
  text = text.replace(/^RUN (?:\|\d+ .*? )?\/bin\/(?:ba|da)?sh (?:-o pipefail )?-[a-z]*c /, 'RUN ');
  text = text.replace(/^RUN set -[a-z]+(?: -o pipefail)?(?:;| &&) /, 'RUN ');
  text = text.replace(/^(COPY|ADD) ((?:file|dir|multi):[0-9a-f]{8})[0-9a-f]* in /, '$1 $2… ');
  return text === '' ? '(no instruction recorded)' : text;
}
