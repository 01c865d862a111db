import { z } from 'zod';
import { readTable } from '../base/index.ts';

/** A share of some bytes, and how far it may be off. */
export interface Share {
  readonly expected: number;
  readonly margin: number;
}

const shares = z.record(z.string(), z.number());
const schema = z.strictObject({ source: z.string(), symbols: shares, tracedBytecode: shares });
const table = schema.parse(readTable(new URL('distribution-shares.yaml', import.meta.url)));

/** How much of the native code of a distribution (normalised name) is symbols, which stripping takes out. */
export function symbolShare(name: string): Share {
  const expected = table.symbols[name];
  // Many are stripped by their makers; some small ones are nearly all symbols.
  return expected === undefined ? { expected: 0.12, margin: 0.12 } : { expected, margin: 0.03 };
}

/** How much of the bytecode of a distribution is left where only what an application imports is compiled. */
export function tracedShare(name: string): Share {
  const expected = table.tracedBytecode[name];
  return expected === undefined ? { expected: 0.5, margin: 0.35 } : { expected, margin: 0.15 };
}
