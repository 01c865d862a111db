import { nearestName, UserError } from '../base/index.ts';
import type { ShrinkPass } from './pass.ts';
import { shrinkPasses } from './passes/index.ts';

/** Which passes somebody asks for, by name. */
export interface PassChoice {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  /** Opt-in passes beside the usual ones. */
  readonly with?: readonly string[];
  /** With compiled modules gone: `none` stays, or those that a trace tells of. */
  readonly bytecode?: 'all' | 'traced' | 'none' | undefined;
}

/**
 * The passes to run, in their order: `safe` and `verify` ones where nothing is said. Throws a `UserError` for a name that no pass has. Dead
 * bytes are no pass: whatever is written anew has none.
 */
export function choosePasses(choice: PassChoice): readonly ShrinkPass[] {
  const { only = [], skip = [], bytecode = 'all' } = choice;
  const added = [...(choice.with ?? []), ...(bytecode === 'all' ? [] : ['bytecode'])];
  for (const name of [...only, ...skip, ...added]) assertKnown(name);
  return shrinkPasses.filter(({ name, risk }) => {
    if (skip.includes(name)) return false;
    if (only.length > 0) return only.includes(name) || added.includes(name);
    return risk !== 'opt-in' || added.includes(name);
  });
}

function assertKnown(name: string): void {
  const names = shrinkPasses.map((pass) => pass.name);
  if (names.includes(name)) return;
  const near = nearestName(name, names);
  throw new UserError(
    name === 'dead-bytes'
      ? 'dead bytes go with every layer that is written anew'
      : `there is no pass "${name}"`,
    { hint: near === undefined ? `The passes are ${names.join(', ')}.` : `Did you mean ${near}?` },
  );
}
