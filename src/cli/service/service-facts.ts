import type { Probe } from '../../verify/index.ts';

/** The service of the project as its source shows it. */
export interface ServiceFacts {
  readonly probes: readonly Probe[];
  readonly healthPath: string | undefined;
  /** Ports that the service listens on, the main one first. */
  readonly ports: readonly number[];
}
