import { UserError } from '../src/base/index.ts';

/** Reads `--runs`; throws a `UserError` for what is no whole number from 1. */
export function runCount(text: string): number {
  const runs = Number(text);
  if (!Number.isInteger(runs) || runs < 1)
    throw new UserError(`--runs must be a whole number from 1, not ${text}.`);
  return runs;
}
