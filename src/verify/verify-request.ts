import type { Progress } from '../base/index.ts';
import type { BuiltImage, Engine } from '../engines/index.ts';
import type { ExpectedSwap } from './difference.ts';
import type { FatMemory } from './fat-memory.ts';
import type { Probe } from './probe.ts';

/** The longest that each part may take, in seconds. */
export interface VerifyTimeouts {
  /** One import statement. Default 300. */
  readonly importSeconds: number;
  /** All that is asked about one environment. Default 900. */
  readonly environmentSeconds: number;
  /** From start to the first healthy answer; loading a model takes its time. Default 300. */
  readonly startSeconds: number;
  /** One request. Default 60. */
  readonly requestSeconds: number;
  /** A run to the end of an image that serves nothing. Default 600. */
  readonly runSeconds: number;
}

/** What is used where the caller says nothing. */
export const defaultTimeouts: VerifyTimeouts = {
  importSeconds: 300,
  environmentSeconds: 900,
  startSeconds: 300,
  requestSeconds: 60,
  runSeconds: 600,
};

/** What to verify: two images that the engine holds. */
export interface VerifyRequest {
  readonly engine: Engine;
  /** Name or ID of the image that is right by definition. */
  readonly fat: string;
  readonly lean: string;
  /** Absolute import statements of the app: `import a.b`, `from a import b, c`. */
  readonly imports: readonly string[];
  readonly probes: readonly Probe[];
  /** Where the service tells that it is up; the first of `healthPaths` that answers 2xx when absent. */
  readonly healthPath?: string;
  /** Container ports of the service; those that the fat image exposes when absent. None: the image runs to its end. */
  readonly ports?: readonly number[];
  readonly timeouts?: Partial<VerifyTimeouts>;
  /** For every container, added to the image's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Relative deviation that two numbers may have. Default 1e-4. */
  readonly tolerance?: number;
  /** The exchanges of distributions that were asked for. */
  readonly swaps?: readonly ExpectedSwap[];
  /** Between the two rounds of requests, so that clocks which count seconds are seen to move. Default 1.1. */
  readonly roundGapSeconds?: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** A request with everything filled in, as the parts of the verification take it. */
export interface PreparedRequest extends VerifyRequest {
  readonly images: { readonly fat: BuiltImage; readonly lean: BuiltImage };
  readonly limits: VerifyTimeouts;
  readonly servicePorts: readonly number[];
  readonly tolerance: number;
  readonly swaps: readonly ExpectedSwap[];
  readonly roundGapSeconds: number;
  readonly memory: FatMemory;
  /** Shows what is being done. */
  readonly step: (text: string) => void;
}

/** The settings that every container shares. */
export function containerSettings(request: VerifyRequest): Pick<VerifyRequest, 'env' | 'signal'> {
  return {
    ...(request.env ? { env: request.env } : {}),
    ...(request.signal ? { signal: request.signal } : {}),
  };
}
