import { isRecord } from '../base/index.ts';
import type { Addition } from './insert.ts';
import type { Need, ServiceNeeds } from './service-needs.ts';

/** The names of all changes, in the order in which they are made. */
export type ComposeChangeId =
  | 'build-target'
  | 'platform'
  | 'ports'
  | 'model-cache'
  | 'health-check'
  | 'shared-memory'
  | 'limits'
  | 'gpus';

/** A service as Compose sees it: with its override file, merge keys and what it extends. */
export interface ServiceView {
  readonly name: string;
  readonly isNewFile: boolean;
  /** The merged service; a key that anything sets is there, also with null. */
  readonly effective: Readonly<Record<string, unknown>>;
  /** Names of the volumes that the file declares. */
  readonly volumeNames: readonly string[];
}

/** One kind of change: what to add to a service, if anything. */
export interface ComposeChange {
  readonly id: ComposeChangeId;
  readonly title: string;
  decide(needs: ServiceNeeds, view: ServiceView): Decision | undefined;
}

/** What to add and why, or why not. */
export type Decision =
  | { readonly additions: readonly Addition[]; readonly because: string }
  | { readonly leftAlone: string };

/** Takes a need apart: nothing where there is none, or where something says what it is about already. */
export function decideNeed<T>(
  need: Need<T> | undefined,
  isThere: boolean,
  additions: (value: T) => readonly Addition[] | string,
): Decision | undefined {
  if (need === undefined || isThere) return undefined;
  if ('leftAlone' in need) return need;
  const made = additions(need.value);
  return typeof made === 'string' ? { leftAlone: made } : { additions: made, because: need.because };
}

/** The value at a path of maps; undefined where there is none. */
export function valueAt(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), root);
}

/** Whether something sets a key, be it to null. */
export function hasKey(root: unknown, key: string): boolean {
  return isRecord(root) && Object.hasOwn(root, key);
}
