import { parseArgs } from 'node:util';
import { formatBytes, UserError } from '../src/base/index.ts';
import { counted } from '../src/report/index.ts';
import type { Bench } from './bench.ts';
import { measureClaims, type Outcome } from './knowledge-measure.ts';
import { type Claim, knowledgeClaims, type RowWithoutWheel } from './knowledge-rows.ts';
import { textTable } from './text-table.ts';

/** What the tables of `src/python/knowledge` say of wheels against the wheels that pip finds. */
export const knowledge: Bench = {
  name: 'knowledge',
  usage: '[--row TEXT]… [--newest] [--tolerance PERCENT] [--json]',
  summary:
    'what the knowledge tables claim of wheels (bytes that may go, sizes of variants, missing libraries), measured again',
  async run(words, signal) {
    const { values } = parseArgs({
      args: [...words],
      options: {
        row: { type: 'string', multiple: true, default: [] },
        newest: { type: 'boolean', default: false },
        tolerance: { type: 'string', default: '5' },
        json: { type: 'boolean', default: false },
      },
    });
    const tolerance = Number(values.tolerance);
    if (!(tolerance >= 0)) throw new UserError(`--tolerance ${values.tolerance} is no number of percent.`);
    const isChosen = ({ row }: { readonly row: string }): boolean =>
      values.row.length === 0 || values.row.some((text) => row.includes(text));
    const known = knowledgeClaims();
    const claims = known.claims.filter(isChosen);
    if (claims.length === 0)
      throw new UserError(`No row that can be measured has ${values.row.join(' or ')} in its name.`);
    const outcomes = await measureClaims(claims, { isNewest: values.newest, signal });
    const without = known.without.filter(isChosen);
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ schema: 'plimsoll.bench.knowledge/1', tolerance, outcomes, without }, undefined, 2)}\n`
        : knowledgeReport(outcomes, without, tolerance),
    );
    return outcomes.some((one) => holds(one, tolerance) === false) ? 1 : 0;
  },
};

/** Whether a claim holds: bytes within so many percent, libraries exactly; undefined where nothing could be measured. */
export function holds(outcome: Outcome, tolerance: number): boolean | undefined {
  if ('because' in outcome) return undefined;
  const { claim } = outcome;
  if ('sonames' in outcome) {
    const claimed = claim.kind === 'libraries' ? claim.sonames : [];
    return [...claimed].sort().join() === [...outcome.sonames].sort().join();
  }
  const bytes = bytesOf(claim);
  return Math.abs(outcome.bytes - bytes) <= (bytes * tolerance) / 100;
}

function bytesOf(claim: Claim): number {
  return claim.kind === 'libraries' ? 0 : claim.bytes;
}

/** The rows one by one, those that hold no more, and those that could not be measured, with the reason. */
export function knowledgeReport(
  outcomes: readonly Outcome[],
  without: readonly RowWithoutWheel[],
  tolerance: number,
): string {
  const measured = outcomes.flatMap((one) => ('because' in one ? [] : [one]));
  const rows = measured.map((one) => {
    const { claim, version } = one;
    return [
      claim.row,
      claim.distribution,
      claimedText(claim),
      'sonames' in one ? librariesText(one.sonames) : formatBytes(one.bytes),
      'sonames' in one || bytesOf(claim) === 0 ? '' : `${(one.bytes / bytesOf(claim)).toFixed(2)}×`,
      version,
      claim.version === undefined || claim.version === version ? '' : claim.version,
      claim.date ?? '',
      holds(one, tolerance) === true ? 'yes' : 'NO',
    ];
  });
  const unmeasured = [
    ...outcomes.flatMap((one) =>
      'because' in one ? [`  ${one.claim.row}, ${one.claim.distribution}: ${one.because}`] : [],
    ),
    ...without.map(({ row, because }) => `  ${row}: ${because}`),
  ];
  const held = measured.filter((one) => holds(one, tolerance) === true).length;
  const header = [
    'row',
    'distribution',
    'claimed',
    'measured',
    'ratio',
    'version',
    'recorded with',
    'on',
    'holds',
  ];
  return [
    textTable(header, rows, 'left'),
    '',
    `${held} of ${counted(measured.length, 'measured claim')} hold: bytes within ${tolerance}%, libraries exactly.`,
    ...measured
      .filter((one) => holds(one, tolerance) === false)
      .map((one) => `  ${one.claim.row}, ${one.claim.distribution} ${one.version}: ${differenceText(one)}`),
    ...(unmeasured.length === 0 ? [] : ['Not measured:', ...unmeasured]),
    '',
  ].join('\n');
}

function claimedText(claim: Claim): string {
  return claim.kind === 'libraries' ? librariesText(claim.sonames) : formatBytes(claim.bytes);
}

function librariesText(sonames: readonly string[]): string {
  return sonames.length === 0
    ? 'none'
    : sonames.length < 3
      ? sonames.join(' ')
      : `${sonames.length} libraries`;
}

/** As it would stand in the table, so that it can be put there. */
function differenceText(outcome: Exclude<Outcome, { readonly because: string }>): string {
  if (!('sonames' in outcome)) return `${outcome.bytes} bytes, not ${bytesOf(outcome.claim)}`;
  const claimed = outcome.claim.kind === 'libraries' ? outcome.claim.sonames : [];
  const more = outcome.sonames.filter((one) => !claimed.includes(one));
  const gone = claimed.filter((one) => !outcome.sonames.includes(one));
  return [
    ...(more.length === 0 ? [] : [`also needs ${more.join(', ')}`]),
    ...(gone.length === 0 ? [] : [`needs no ${gone.join(', ')}`]),
  ].join('; ');
}
