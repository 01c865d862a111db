import { z } from 'zod';
import { readTable } from '../base/index.ts';

/** A share of some bytes, and how far it may be off. */
export interface Share {
  readonly expected: number;
  readonly margin: number;
}

const schema = z.strictObject({ source: z.string(), shares: z.record(z.string(), z.number()) });
const table = schema.parse(readTable(new URL('symbol-shares.yaml', import.meta.url)));

/** Of distributions that nobody measured: many are stripped by their makers, some small ones are nearly all symbols. */
const unknown: Share = { expected: 0.12, margin: 0.12 };

/** How much of the native code of a distribution (normalised name) is symbols, which stripping takes out. */
export function symbolShare(name: string): Share {
  const expected = table.shares[name];
  return expected === undefined ? unknown : { expected, margin: 0.03 };
}
