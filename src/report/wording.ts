import { formatBytes, formatSeconds } from '../base/index.ts';
import type { Amount, ComparedSide, Comparison, PushCost, Saving } from '../compare/index.ts';

/** What a change of size reads like: `−7.55 GB`, `+12.0 MB`, `0 B`. `savedBytes` is positive where it shrank. */
export function formatSaved(savedBytes: number): string {
  if (savedBytes === 0) return '0 B';
  return `${savedBytes > 0 ? '−' : '+'}${formatBytes(Math.abs(savedBytes))}`;
}

/** Of a part that is less than this share of the image, a percentage tells nothing. */
const tellingShare = 0.001;

/**
 * How a part of an image changed, beside the image: `−87.7%`, `+12.3%`, `×6.4` where it more than doubled, in whole percents
 * where it is a forecast. A dash where the part was so small before that the number would mislead.
 */
export function formatChange(part: Saving, image: Saving): string {
  const { fat, lean } = part;
  if (fat.contentBytes < image.fat.contentBytes * tellingShare) return '–';
  const isForecast = fat.uncertaintyBytes > 0 || lean.uncertaintyBytes > 0;
  return formatRatio(fat.contentBytes, lean.contentBytes, isForecast ? 0 : 1);
}

/** `−87.7%`, `+12.3%`, `×6.4` where it more than doubled; a dash where there was nothing. Something that is left never reads as all gone. */
export function formatRatio(beforeBytes: number, afterBytes: number, digits: 0 | 1 = 1): string {
  if (beforeBytes <= 0) return '–';
  if (afterBytes === 0) return '−100%';
  const factor = afterBytes / beforeBytes;
  if (factor > 2) return `×${factor < 9.95 ? factor.toFixed(1) : Math.round(factor).toLocaleString('en-US')}`;
  const percent = Math.abs(100 * (1 - factor));
  const most = digits === 0 ? 99 : 99.9;
  const rounded = (factor < 1 ? Math.min(percent, most) : percent).toFixed(digits);
  if (Number(rounded) === 0) return `${rounded}%`;
  return `${factor < 1 ? '−' : '+'}${rounded}%`;
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
  return `${sizeChange(total)}, push at ${formatBitRate(push.uplinkBitsPerSecond)} ${pushTimes(comparison)}`;
}

/** `8.61 GB → 1.06 GB (−87.7%)`. */
export function sizeChange(saving: Saving): string {
  return `${formatAmount(saving.fat)} → ${formatAmount(saving.lean)} (${formatChange(saving, saving)})`;
}

/** `14 min 02 s → 1 min 20 s`, each with `≈` for a forecast. */
export function pushTimes({ push, isForecast }: Comparison): string {
  return [push.fat, push.lean]
    .map(({ totalSeconds }) => formatDuration(totalSeconds, isForecast))
    .join(' → ');
}

/** `18.5 s`; `≈ 18.5 s` for a forecast. */
export function formatDuration(seconds: number, isForecast: boolean): string {
  return `${isForecast ? '≈ ' : ''}${formatSeconds(seconds)}`;
}

/** `4 layers`; a forecast has parts, of which a build may make several layers. */
export function layerCount({ layers, isForecast }: ComparedSide): string {
  return counted(layers.length, isForecast ? 'part' : 'layer');
}

/** What a push waits for, in words. */
export function pushBound(cost: PushCost): string {
  const compress = `compressing ${formatSeconds(cost.compressSeconds)}`;
  const upload = `uploading ${formatBytes(cost.uploadBytes)} ${formatSeconds(cost.uploadSeconds)}`;
  return cost.bound === 'compression'
    ? `${compress}, ${upload} meanwhile`
    : `${upload}, ${compress} meanwhile`;
}

/** What a report calls the two images: `the fat image`. */
export interface ImageNames {
  readonly first: string;
  readonly second: string;
}

/** Of any two images, of which none need be better. */
export const anyTwoImages: ImageNames = { first: 'the first image', second: 'the second one' };

/** Of an image and what was made lean of it. */
export const fatAndLean: ImageNames = { first: 'the fat image', second: 'the lean one' };

/** The sentences about layers that are not counted twice, each with their names. */
export function sharedLayerNotes(comparison: Comparison, images: ImageNames): string[] {
  const { shared, push } = comparison;
  const notes: string[] = [];
  if (shared.length > 0) {
    const bytes = shared.reduce((sum, layer) => sum + layer.compressedBytes, 0);
    const names = shared.map(({ instruction }) => briefly(instruction)).join('; ');
    notes.push(
      `Both images share ${counted(shared.length, 'layer')} (${formatBytes(bytes)} compressed: ${names}). Once ${images.first} is in the registry, ${images.second} is pushed in ${formatSeconds(push.leanAfterFat.totalSeconds)}.`,
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

/** A sentence with a capital at its beginning. */
export function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
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
