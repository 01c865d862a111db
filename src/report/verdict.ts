import type { Check, Difference, StartUp, Verification } from '../verify/index.ts';

/** Good, bad, or not enough to say. */
export type Tone = 'good' | 'bad' | 'warn';

/** An outcome in a mark, a tone and a word. */
export interface Verdict {
  readonly mark: string;
  readonly tone: Tone;
  readonly word: string;
}

/** What is said where nothing was built: the fact, and what would change it. */
export const unverified = {
  fact: 'not run: nothing was built, so nothing is verified.',
  advice:
    'With Docker, Podman or Buildah, and without --no-build, both images are built, run and asked the same.',
} as const;

/** What the verification as a whole says. */
export function verdictOf(verification: Verification): Verdict {
  switch (verification.verdict) {
    case 'same':
      return { mark: '✓', tone: 'good', word: 'same' };
    case 'different':
      return { mark: '✗', tone: 'bad', word: 'different' };
    case 'cannot-judge':
      return { mark: '?', tone: 'warn', word: 'cannot judge' };
  }
}

/** What one comparison says. */
export function outcomeOf(outcome: Check['outcome']): Verdict {
  switch (outcome) {
    case 'same':
      return { mark: '✓', tone: 'good', word: 'same' };
    case 'different':
      return { mark: '✗', tone: 'bad', word: 'different' };
    case 'weak':
      return { mark: '~', tone: 'warn', word: 'weak proof' };
    case 'not-judged':
      return { mark: '·', tone: 'warn', word: 'not judged' };
  }
}

/** The differences with those that decide first. */
export function differencesInOrder(differences: readonly Difference[]): Difference[] {
  const rank: Readonly<Record<Difference['severity'], number>> = { break: 0, change: 1, info: 2 };
  return [...differences].sort((a, b) => rank[a.severity] - rank[b.severity]);
}

/** How the status of both answers reads: `200 → 200`. */
export function statusChange(request: Verification['requests'][number]): string {
  return `${request.fatStatus ?? 'no answer'} → ${request.leanStatus ?? 'no answer'}`;
}

/** Both start-up times, where both images started. */
export function startUpSeconds(
  startUp: StartUp,
): { readonly fat: number; readonly lean: number } | undefined {
  const { fatSeconds: fat, leanSeconds: lean } = startUp;
  return fat === undefined || lean === undefined ? undefined : { fat, lean };
}
