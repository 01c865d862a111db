import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the lab keeps what it has downloaded and built, and what it runs. */
export interface LabPaths {
  readonly root: string;
  /** Root file systems and the Python tree of the stand-ins, by digest of their recipe. */
  readonly bases: string;
  /** What the index serves: `simple/` and `cpu/` with the wheels, and the facts about each. */
  readonly wheels: string;
  /** The private engine: data, sockets, log. */
  readonly engine: string;
  readonly registry: string;
  readonly logs: string;
  readonly stateFile: string;
}

/** The lab's folders below `XDG_CACHE_HOME`, or `~/.cache`. */
export function labPaths(environment: NodeJS.ProcessEnv): LabPaths {
  const root = join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'plimsoll-lab');
  return {
    root,
    bases: join(root, 'bases'),
    wheels: join(root, 'wheels'),
    engine: join(root, 'engine'),
    registry: join(root, 'registry'),
    logs: join(root, 'logs'),
    stateFile: join(root, 'state.json'),
  };
}
