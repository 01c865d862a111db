import type { ComparedRequest } from './compare-responses.ts';
import type { Difference } from './difference.ts';
import type { ContainerLogs } from './serve.ts';

/** `cannot-judge`: the fat image itself does not run, so there is nothing to compare with. */
export type Verdict = 'same' | 'different' | 'cannot-judge';

/** The comparisons that make up a verification. */
export type CheckName =
  | 'runtime'
  | 'imports'
  | 'shared libraries'
  | 'pip check'
  | 'distributions'
  | 'start'
  | 'requests'
  | 'log'
  | 'run';

/** How one comparison came out. `weak`: nothing differs, but little is proven by it. */
export interface Check {
  readonly name: CheckName;
  readonly outcome: 'same' | 'different' | 'not-judged' | 'weak';
  /** One clause for people: what was compared, or why it was not. */
  readonly detail: string;
}

/** How long the services took from start to the first healthy answer, in seconds; undefined where there was none. */
export interface StartUp {
  readonly fatSeconds: number | undefined;
  readonly leanSeconds: number | undefined;
}

/** The proof, or the refutation, that a lean image does what the fat one does. */
export interface Verification {
  /** `different` when any difference is a `break`; changes and infos are listed, but do not decide. */
  readonly verdict: Verdict;
  /** One sentence for people; says so when only health was compared. */
  readonly summary: string;
  readonly differences: readonly Difference[];
  readonly checks: readonly Check[];
  readonly startUp: StartUp;
  /** The health path first, then the probes in their order. */
  readonly requests: readonly ComparedRequest[];
  /** The last 100 lines of each stream; empty where no container ran. */
  readonly logs: { readonly fat: ContainerLogs; readonly lean: ContainerLogs };
}

/** What a part of the verification contributes to the whole. */
export interface PartialVerification {
  readonly checks: readonly Check[];
  readonly differences: readonly Difference[];
}

/** The check that a list of differences makes: `different` when one of them is a break. */
export function checkOf(name: CheckName, differences: readonly Difference[], compared: string): Check {
  const breaks = differences.filter((one) => one.severity === 'break').length;
  const changes = differences.filter((one) => one.severity === 'change').length;
  const told = [
    ...(breaks > 0 ? [`${breaks} broken`] : []),
    ...(changes > 0 ? [`${changes} changed`] : []),
  ].join(', ');
  return {
    name,
    outcome: breaks > 0 ? 'different' : 'same',
    detail: told === '' ? compared : `${compared}: ${told}`,
  };
}
