import { compareBodies } from './compare-bodies.ts';
import type { ValueDifference } from './compare-values.ts';
import { answerKind, describeAnswer, medianSeconds, quoteAnswer, statusOf } from './describe-answer.ts';
import type { Difference, DifferenceSeverity, ExpectedSwap } from './difference.ts';
import type { Environment } from './environment.ts';
import type { Answer, Response } from './send-probes.ts';

/** A part of an answer that was not held against the lean image, and why. */
export interface IgnoredDifference {
  /** `$.request_id`, `line 3`, `header x-request-id`. */
  readonly path: string;
  readonly reason: string;
  readonly fat: string;
  readonly lean: string;
}

/** How one probe was answered by both images. */
export interface ComparedRequest {
  /** The probe as one line. */
  readonly probe: string;
  /** `weak`: equal, but little is proven by it; the reason is in `detail`. */
  readonly outcome: 'same' | 'different' | 'weak';
  readonly detail: string;
  /** Undefined where no answer came. */
  readonly fatStatus: number | undefined;
  readonly leanStatus: number | undefined;
  /** Median over the rounds. */
  readonly fatSeconds: number | undefined;
  readonly leanSeconds: number | undefined;
  /** The largest relative deviation of two numbers that count as equal. */
  readonly largestDeviation: number;
  readonly ignored: readonly IgnoredDifference[];
  readonly differences: readonly Difference[];
}

/** The answers to one probe: the same rounds, in the same order, in both images. */
export interface AnswerRounds {
  readonly probe: string;
  readonly fat: readonly Answer[];
  readonly lean: readonly Answer[];
  /** Answers that the fat image gave at other times: they tell what varies in it, and nothing is held against them. */
  readonly witnesses?: readonly Answer[];
}

/** How answers are compared. */
export interface CompareResponsesOptions {
  /** Relative deviation that two numbers may have. */
  readonly tolerance: number;
  /** What a difference of the bodies means; that of a status or a missing answer is always a break. */
  readonly bodySeverity?: DifferenceSeverity;
  /** Versions that were meant to change: a text that differs only by them is a change, not a break. */
  readonly versionChanges?: readonly (readonly [fat: string, lean: string])[];
}

/** Transport and file metadata: they say nothing about what the application answers. */
const unspokenHeaders = new Set([
  'date',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'content-type',
  'content-encoding',
  'vary',
]);

/**
 * Compares the answers of both images to one probe, round by round. What already varies between two answers of the
 * fat image itself is ignored, and listed: never silently.
 */
export function compareResponses(rounds: AnswerRounds, options: CompareResponsesOptions): ComparedRequest {
  const base = {
    probe: rounds.probe,
    fatStatus: statusOf(rounds.fat),
    leanStatus: statusOf(rounds.lean),
    fatSeconds: medianSeconds(rounds.fat),
    leanSeconds: medianSeconds(rounds.lean),
  };
  const plain = { largestDeviation: 0, ignored: [], differences: [] };
  const broken = (fat: string, lean: string): ComparedRequest => ({
    ...base,
    ...plain,
    outcome: 'different',
    detail: `${fat} became ${lean}`,
    differences: [{ kind: 'response', severity: 'break', what: rounds.probe, fat, lean, hints: {} }],
  });
  const witnesses = rounds.witnesses ?? [];
  const fatKinds = new Set([...rounds.fat, ...witnesses].map(answerKind));
  const variesItself = fatKinds.size > 1;
  for (const [index, fat] of rounds.fat.entries()) {
    const lean = rounds.lean[index] ?? { kind: 'no-answer' as const, reason: 'it was not asked' };
    const isAlike = variesItself ? fatKinds.has(answerKind(lean)) : answerKind(fat) === answerKind(lean);
    if (!isAlike) return broken(describeAnswer(fat), quoteAnswer(lean));
  }
  const pairs = rounds.fat.flatMap((fat, index): ResponsePair[] => {
    const lean = rounds.lean[index];
    return fat.kind === 'response' && lean?.kind === 'response' ? [{ fat, lean }] : [];
  });
  if (pairs.length === 0) {
    return { ...base, ...plain, outcome: 'weak', detail: 'the fat image does not answer it either' };
  }
  const { isAllIgnored, ...compared } = comparePairs(
    { probe: rounds.probe, pairs, witnesses: witnesses.filter((one) => one.kind === 'response') },
    options,
  );
  return { ...base, ...compared, ...judge({ ...compared, isAllIgnored }, base.fatStatus, variesItself) };
}

interface ResponsePair {
  readonly fat: Response;
  readonly lean: Response;
}

type Compared = Pick<ComparedRequest, 'largestDeviation' | 'ignored' | 'differences'> & {
  readonly isAllIgnored: boolean;
};

function judge(
  compared: Compared,
  status: number | undefined,
  variesItself: boolean,
): Pick<ComparedRequest, 'outcome' | 'detail'> {
  const breaks = compared.differences.filter((one) => one.severity === 'break');
  if (breaks.length > 0) {
    return { outcome: 'different', detail: `${breaks.length} difference${breaks.length === 1 ? '' : 's'}` };
  }
  if (variesItself) return { outcome: 'weak', detail: 'the fat image answers it now so, now otherwise' };
  if (status !== undefined && status >= 400) {
    return { outcome: 'weak', detail: `the fat image itself answers ${status}` };
  }
  if (compared.isAllIgnored) {
    return { outcome: 'weak', detail: 'all of the answer varies in the fat image itself' };
  }
  return { outcome: 'same', detail: compared.differences.length > 0 ? 'with expected changes' : '' };
}

interface RespondedRounds {
  readonly probe: string;
  readonly pairs: readonly ResponsePair[];
  readonly witnesses: readonly Response[];
}

function comparePairs(
  { probe, pairs, witnesses }: RespondedRounds,
  options: CompareResponsesOptions,
): Compared {
  const said = [...pairs.map((pair) => pair.fat), ...witnesses];
  const { paths: varying, isAll } = selfVariation(said, options.tolerance);
  const ignored = new Map<string, IgnoredDifference>();
  const differences = new Map<string, Difference>();
  let largestDeviation = 0;
  for (const { fat, lean } of pairs) {
    const body = compareBodies(fat, lean, options.tolerance);
    largestDeviation = Math.max(largestDeviation, body.largestDeviation);
    for (const one of body.differences) {
      const reason = isBelow(one.path, varying)
        ? ignoreReason(one)
        : timeReason(one, pairs, options.tolerance);
      if (reason !== undefined) {
        ignored.set(one.path, { path: one.path, reason, fat: one.fat, lean: one.lean });
        continue;
      }
      const severity = isVersionChange(one, options) ? 'change' : (options.bodySeverity ?? 'break');
      const what = `${probe} ${one.path}`;
      if (!differences.has(what)) {
        differences.set(what, { kind: 'response', severity, what, fat: one.fat, lean: one.lean, hints: {} });
      }
    }
  }
  compareHeaders({ probe, pairs, witnesses }, { ignored, differences });
  return {
    largestDeviation,
    ignored: [...ignored.values()],
    differences: [...differences.values()],
    isAllIgnored: isAll,
  };
}

interface SelfVariation {
  /** The places where the answers of one image differ from each other by more than the tolerance. */
  readonly paths: ReadonlySet<string>;
  /** Not one value stays the same. */
  readonly isAll: boolean;
}

function selfVariation(answers: readonly Response[], tolerance: number): SelfVariation {
  const paths = new Set<string>();
  let isAll = false;
  const [first, ...others] = answers;
  for (const other of others) {
    if (first === undefined) break;
    const compared = compareBodies(first, other, tolerance);
    for (const one of compared.differences) paths.add(one.path);
    isAll ||= compared.differences.length > 0 && compared.differences.length >= compared.comparedCount;
  }
  return { paths, isAll };
}

function isBelow(path: string, varying: ReadonlySet<string>): boolean {
  return [...varying].some((one) => path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`));
}

/** A varying value must still be of the same type: null in place of a number is no chance. */
function ignoreReason(one: ValueDifference): string | undefined {
  return typeName(one.fat) === typeName(one.lean) ? 'varies in the fat image itself' : undefined;
}

function typeName(shown: string): string {
  if (shown === 'absent' || shown === 'null') return shown;
  if (shown === 'true' || shown === 'false') return 'boolean';
  if (/^["[{]/.test(shown)) return shown[0] ?? '';
  return /^-?\d/.test(shown) ? 'number' : 'text';
}

const timeName =
  /(latency|elapsed|uptime|timestamp|took|_ms|duration|(inference|processing|process|response)_?(time|seconds))["\]]*$/i;

/** Small durations may coincide in two answers of the fat image: one that varies in the lean image counts as one, too. */
function timeReason(
  one: ValueDifference,
  pairs: readonly ResponsePair[],
  tolerance: number,
): string | undefined {
  if (!timeName.test(one.path) || typeName(one.fat) !== 'number' || typeName(one.lean) !== 'number') {
    return undefined;
  }
  const { paths } = selfVariation(
    pairs.map((pair) => pair.lean),
    tolerance,
  );
  return paths.has(one.path) ? 'a measured time: it varies in the lean image itself' : undefined;
}

function isVersionChange(one: ValueDifference, options: CompareResponsesOptions): boolean {
  return (options.versionChanges ?? []).some(
    ([fat, lean]) => one.fat.includes(fat) && one.fat.replaceAll(fat, lean) === one.lean,
  );
}

function compareHeaders(
  { probe, pairs, witnesses }: RespondedRounds,
  into: { readonly ignored: Map<string, IgnoredDifference>; readonly differences: Map<string, Difference> },
): void {
  const names = new Set(
    pairs.flatMap(({ fat, lean }) => [...Object.keys(fat.headers), ...Object.keys(lean.headers)]),
  );
  for (const name of [...names].filter((one) => !unspokenHeaders.has(one)).sort()) {
    const differing = pairs.find(({ fat, lean }) => fat.headers[name] !== lean.headers[name]);
    if (differing === undefined) continue;
    const path = `header ${name}`;
    const fat = differing.fat.headers[name] ?? 'absent';
    const lean = differing.lean.headers[name] ?? 'absent';
    const said = [...pairs.map((pair) => pair.fat), ...witnesses];
    if (new Set(said.map((one) => one.headers[name])).size > 1) {
      into.ignored.set(path, { path, reason: 'varies in the fat image itself', fat, lean });
    } else {
      const what = `${probe} ${path}`;
      into.differences.set(what, { kind: 'header', severity: 'change', what, fat, lean, hints: {} });
    }
  }
}

/** The versions of swapped distributions in both environments, for `CompareResponsesOptions.versionChanges`. */
export function swappedVersions(
  fat: Environment,
  lean: Environment,
  swaps: readonly ExpectedSwap[],
): readonly (readonly [string, string])[] {
  const versionOf = (environment: Environment, name: string): string | undefined =>
    environment.distributions.find((one) => one.name.toLowerCase() === name.toLowerCase())?.version;
  return swaps.flatMap((swap) => {
    const [before, after] = [versionOf(fat, swap.from), versionOf(lean, swap.to)];
    return before === undefined || after === undefined || before === after ? [] : [[before, after] as const];
  });
}
