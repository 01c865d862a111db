import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from './steps.ts';

/** What an index tells about one wheel (PEP 503, PEP 658). */
export interface WheelFacts {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly metadataSha256: string;
  readonly requiresPython: string | null;
  /** The `Requires-Dist` lines of its metadata. */
  readonly requires: readonly string[];
}

/** File name of a wheel → facts. */
export type FolderFacts = Readonly<Record<string, WheelFacts>>;

/** Reads every new wheel of a folder once, and notes the facts in its `facts.json`. */
export async function writeWheelFacts(folder: string): Promise<FolderFacts> {
  const script = fileURLToPath(new URL('wheel-facts.py', import.meta.url));
  await mustRun('python3', [script, folder]);
  return readWheelFacts(folder);
}

const remembered = new Map<string, { readonly modifiedMs: number; readonly facts: FolderFacts }>();

/** The facts that were noted last; none when there are none yet. */
export async function readWheelFacts(folder: string): Promise<FolderFacts> {
  const path = join(folder, 'facts.json');
  const modifiedMs = await stat(path).then(
    (found) => found.mtimeMs,
    () => undefined,
  );
  if (modifiedMs === undefined) return {};
  const known = remembered.get(path);
  if (known?.modifiedMs === modifiedMs) return known.facts;
  // The file is written by wheel-facts.py only, whole.
  const facts = JSON.parse(await readFile(path, 'utf8')) as FolderFacts;
  remembered.set(path, { modifiedMs, facts });
  return facts;
}

/** A project name as PEP 503 normalises it. */
export function normalizedName(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase();
}

/** The normalised project name of a wheel file: `scikit_learn-1.9.1-cp311-….whl` → `scikit-learn`. */
export function projectOf(wheel: string): string {
  return normalizedName(wheel.slice(0, wheel.indexOf('-')));
}
