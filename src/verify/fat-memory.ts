import type { BuiltImage, FinishedRun } from '../engines/index.ts';
import type { Difference } from './difference.ts';
import { normaliseLine } from './normalise-output.ts';
import type { EnvironmentReading } from './probe-environment.ts';
import type { Answer } from './send-probes.ts';
import type { Served } from './serve.ts';

/** The answers of one service by round, then by probe. */
export type Rounds = readonly (readonly Answer[])[];

/** A service that came up and was asked. */
export type AskedService = Extract<Served<Rounds>, { readonly kind: 'healthy' }>;

/** What the fat image has said so far, so that a series of lean images is compared with it and it is not asked anew for each. */
export interface FatMemory {
  readonly image: Once<BuiltImage>;
  readonly environment: Once<EnvironmentReading>;
  readonly services: Witnesses<AskedService>;
  readonly runs: Witnesses<FinishedRun>;
}

/** Gives what `ask` has given the first time; asks again after a rejection. */
export type Once<T> = (ask: () => Promise<T>) => Promise<T>;

/** What the fat image said to the same questions at different times. */
export interface Witnesses<T> {
  /** The oldest first. The latest is the one to compare with; the older ones tell what varies in the fat image itself. */
  all(): readonly T[];
  add(said: T): void;
  /** Notes differences that were found although the fat image had just been asked. */
  confirm(differences: readonly Difference[]): void;
  /** Whether such a difference was noted before: that time has passed since the fat image was asked does not explain it. */
  isConfirmed(difference: Difference): boolean;
}

/** A memory of nothing yet. */
export function newFatMemory(): FatMemory {
  return { image: once(), environment: once(), services: witnesses(), runs: witnesses() };
}

function once<T>(): Once<T> {
  let known: { readonly value: T } | undefined;
  return async (ask) => {
    known ??= { value: await ask() };
    return known.value;
  };
}

function witnesses<T>(): Witnesses<T> {
  const said: T[] = [];
  const confirmed = new Set<string>();
  const signOf = ({ what, fat, lean }: Difference): string =>
    [what, fat, lean].map((text) => text.split('\n').map(normaliseLine).join('\n')).join('\0');
  return {
    all: () => said,
    add: (one) => void said.push(one),
    confirm: (differences) => {
      for (const one of differences) confirmed.add(signOf(one));
    },
    isConfirmed: (difference) => confirmed.has(signOf(difference)),
  };
}
