import { readFile, rm } from 'node:fs/promises';
import { writeFileWhole } from '../../src/base/index.ts';

/** A background program that the lab has started. */
export interface StartedProgram {
  readonly pid: number;
  /** A text that its command line holds; guards against another program that got the same pid later. */
  readonly mark: string;
}

/** What the lab runs; only this is ended by `down`. */
export interface LabState {
  readonly engine?: StartedProgram & { readonly socket: string; readonly bridge: string };
  readonly index?: StartedProgram & { readonly port: number; readonly addresses: readonly string[] };
  readonly registry?: StartedProgram & { readonly port: number };
  /** Sentences about what is not the real thing. */
  readonly notes?: readonly string[];
}

/** The noted state; empty when nothing is noted or the file cannot be read as one. */
export async function readState(file: string): Promise<LabState> {
  try {
    // Written by `writeState` only.
    return JSON.parse(await readFile(file, 'utf8')) as LabState;
  } catch {
    return {};
  }
}

/** Notes what runs now. */
export async function writeState(file: string, state: LabState): Promise<void> {
  await writeFileWhole(file, `${JSON.stringify(state, null, 2)}\n`);
}

/** Forgets the state. */
export async function removeState(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** Adds to what is noted. */
export async function noteState(file: string, more: LabState): Promise<void> {
  await writeState(file, { ...(await readState(file)), ...more });
}
