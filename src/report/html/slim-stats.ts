import { formatBytes } from '../../base/index.ts';
import type { Amount } from '../../compare/index.ts';
import type { SlimReport } from '../slim-report.ts';
import { unverified, verdictOf } from '../verdict.ts';
import { formatBitRate, formatChange, formatDuration, formatRatio } from '../wording.ts';
import { html, type Markup, nothing } from './markup.ts';

/** The numbers that a reader looks for first, each on a card: size, push, pull, verdict. With a missing part only that it is missing. */
export function slimStats(report: SlimReport): Markup {
  const claims =
    report.missing.length === 0
      ? [...sizeCards(report), ...transferCards(report)]
      : [card('warn', { name: 'Image', value: 'not known', note: 'the forecast is incomplete' })];
  return html`<div class="stats">${claims}${verdictCard(report)}</div>`;
}

function sizeCards({ comparison }: SlimReport): Markup[] {
  const { total, isForecast } = comparison;
  const uncertainty = (amount: Amount): string => `± ${formatBytes(amount.uncertaintyBytes)}`;
  const about = isForecast ? '≈ ' : '';
  const { fat, lean } = total;
  const [before, after] = [fat.compressedBytes, lean.compressedBytes];
  return [
    change(
      'Image',
      [`${about}${formatBytes(fat.contentBytes)}`, `${about}${formatBytes(lean.contentBytes)}`],
      {
        main: formatChange(total, total),
        // With the sizes it would not fit on a card.
        rest: isForecast ? `${uncertainty(fat)} → ${uncertainty(lean)}` : '',
      },
    ),
    change('Compressed (gzip)', [`${about}${formatBytes(before)}`, `${about}${formatBytes(after)}`], {
      main: formatRatio(before, after, isForecast ? 0 : 1),
    }),
  ];
}

function transferCards({ comparison }: SlimReport): Markup[] {
  const { push, pull, isForecast } = comparison;
  const times = (name: string, before: number, after: number): Markup =>
    change(name, [formatDuration(before, isForecast), formatDuration(after, isForecast)], {
      main: faster(before, after),
    });
  return [
    times(
      `Push at ${formatBitRate(push.uplinkBitsPerSecond)}`,
      push.fat.totalSeconds,
      push.lean.totalSeconds,
    ),
    times(
      `Pull and unpack at ${formatBitRate(pull.downlinkBitsPerSecond)}`,
      pull.fat.totalSeconds,
      pull.lean.totalSeconds,
    ),
  ];
}

function faster(before: number, after: number): string {
  if (after <= 0 || before <= 0) return '';
  return `${(before / after).toFixed(1)}× ${before >= after ? 'faster' : 'as fast'}`;
}

function verdictCard({ verification }: SlimReport): Markup {
  const name = 'Verification';
  if (verification === undefined)
    return card('warn', { name, value: 'not run', note: unverified.fact.replace(/^not run: /, '') });
  const { mark, tone, word } = verdictOf(verification);
  const judged = verification.checks.filter(({ outcome }) => outcome !== 'not-judged');
  const same = judged.filter(({ outcome }) => outcome !== 'different').length;
  const requests = verification.requests.filter(({ outcome }) => outcome !== 'different').length;
  const note = `${same}/${judged.length} checks, ${requests}/${verification.requests.length} requests`;
  return card(tone, { name, value: `${mark} ${word}`, note });
}

function change(
  name: string,
  [before, after]: readonly [string, string],
  note: { readonly main: string; readonly rest?: string },
): Markup {
  const rest = note.rest === undefined || note.rest === '' ? nothing : html` ${note.rest}`;
  return html`<div class="stat"><div class="name">${name}</div><div class="value"><s>${before} →</s> <span>${after}</span></div><div class="note"><b>${note.main}</b>${rest}</div></div>`;
}

interface Card {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

function card(tone: string, { name, value, note }: Card): Markup {
  return html`<div class="stat ${tone}"><div class="name">${name}</div><div class="value">${value}</div><div class="note"><b>${note}</b></div></div>`;
}
