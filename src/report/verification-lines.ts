import { formatSeconds } from '../base/index.ts';
import type { Verification } from '../verify/index.ts';
import type { Screen } from './screen.ts';
import { plainText, truncate, wrap } from './terminal-text.ts';
import {
  differencesInOrder,
  outcomeOf,
  startUpSeconds,
  statusChange,
  unverified,
  verdictOf,
} from './verdict.ts';
import { counted } from './wording.ts';

const shownDifferences = 10;

/** What was compared between the running images, and how it ended. */
export function verificationLines(
  verification: Verification | undefined,
  screen: Screen,
  /** Where all of it is told. */
  whole = 'the page or the JSON report',
): string[] {
  const { paint, width } = screen;
  const title = paint('Verification', 'bold');
  if (verification === undefined) {
    return [
      `${title}  ${paint(unverified.fact, 'warn')}`,
      ...wrap(unverified.advice, width - 2).map((line) => `  ${paint(line, 'dim')}`),
    ];
  }
  const { mark, tone } = verdictOf(verification);
  const [first = '', ...rest] = wrap(`${mark} ${plainText(verification.summary)}`, width - 14);
  const rows = [
    ...verification.checks.map(({ outcome, name, detail }) => ({ outcome, text: `${name}: ${detail}` })),
    ...verification.requests.map((request) => ({
      outcome: request.outcome,
      text: `${request.probe}: ${statusChange(request)}${request.detail === '' ? '' : `, ${request.detail}`}`,
    })),
  ];
  const startUp = startUpSeconds(verification.startUp);
  return [
    `${title}  ${paint(first, tone)}`,
    ...rest.map((line) => `${' '.repeat(14)}${paint(line, tone)}`),
    ...rows.map(({ outcome, text }) => {
      const sign = outcomeOf(outcome);
      return `  ${paint(sign.mark, sign.tone)} ${truncate(plainText(text), width - 4)}`;
    }),
    ...(startUp === undefined
      ? []
      : [`    start-up: ${formatSeconds(startUp.fat)} → ${formatSeconds(startUp.lean)}`]),
    ...differenceLines(verification, screen, whole),
  ];
}

/** What broke or changed, one by one; what only is not there any more is counted. */
function differenceLines(verification: Verification, { paint, width }: Screen, whole: string): string[] {
  const told = differencesInOrder(verification.differences).filter((one) => one.severity !== 'info');
  const infos = verification.differences.length - told.length;
  const more = told.length - shownDifferences;
  return [
    ...told
      .slice(0, shownDifferences)
      .flatMap((one) => [
        `  ${paint(one.severity.padEnd(6), one.severity === 'break' ? 'bad' : 'dim')}  ${truncate(plainText(one.what), width - 10)}`,
        `          fat   ${truncate(plainText(one.fat), width - 16)}`,
        `          lean  ${truncate(plainText(one.lean), width - 16)}`,
      ]),
    ...(more > 0 ? [paint(`  and ${counted(more, 'more difference')}`, 'dim')] : []),
    ...(infos > 0
      ? [paint(`    ${truncate(`${counted(infos, 'expected difference')}: see ${whole}`, width - 4)}`, 'dim')]
      : []),
  ];
}
