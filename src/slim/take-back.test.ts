import { expect, test } from 'vitest';
import { type AttemptOutcome, takeBackUntilPassed } from './index.ts';

const edits = ['a', 'b', 'c', 'd', 'e'];

/** An attempt that fails while any culprit is in; `blames` says which edit the failure points to. */
function attempts(culprits: readonly string[], blames: (culprit: string) => readonly string[] = () => []) {
  const tried: string[] = [];
  return {
    tried,
    attempt: async (without: ReadonlySet<string>): Promise<AttemptOutcome<string>> => {
      const made = edits.filter((edit) => !without.has(edit));
      tried.push(made.join(''));
      const culprit = made.find((edit) => culprits.includes(edit));
      return culprit === undefined
        ? { isPassed: true, blamed: [], what: '', value: made.join('') }
        : { isPassed: false, blamed: blames(culprit), what: `${culprit} broke it`, value: made.join('') };
    },
  };
}

test('nothing is taken back when the first attempt passes', async () => {
  const { attempt, tried } = attempts([]);
  const result = await takeBackUntilPassed({ suspects: edits, attempt });
  expect(result).toMatchObject({ takenBack: [], attempts: 1, outcome: { isPassed: true } });
  expect(tried).toEqual(['abcde']);
});

test.each(edits)('bisection finds %s as the one edit at fault', async (culprit) => {
  const { attempt } = attempts([culprit]);
  const result = await takeBackUntilPassed({ suspects: edits, attempt });
  expect(result.takenBack).toEqual([{ id: culprit, why: `${culprit} broke it` }]);
  expect(result.outcome.value).toBe(edits.filter((edit) => edit !== culprit).join(''));
});

test('several edits at fault are taken back one by one, each with its own failure', async () => {
  const { attempt } = attempts(['b', 'e']);
  const result = await takeBackUntilPassed({ suspects: edits, attempt });
  expect(result.takenBack).toEqual([
    { id: 'b', why: 'b broke it' },
    { id: 'e', why: 'e broke it' },
  ]);
  expect(result.outcome.value).toBe('acd');
});

test('an edit that the failure points to is taken back without bisection', async () => {
  const { attempt, tried } = attempts(['d'], (culprit) => [culprit]);
  await takeBackUntilPassed({ suspects: edits, attempt });
  expect(tried).toEqual(['abcde', 'abce']);
});

test('edits that are no suspects stay, and the failure is returned when none is left', async () => {
  const { attempt } = attempts(['a']);
  const result = await takeBackUntilPassed({ suspects: ['b', 'c'], attempt });
  expect(result.outcome.isPassed).toBe(false);
  expect(result.takenBack.map((edit) => edit.id).sort()).toEqual(['b', 'c']);
});
