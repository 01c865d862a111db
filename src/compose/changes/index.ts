import type { ComposeChange } from '../compose-change.ts';
import { buildTarget } from './build-target.ts';
import { gpus } from './gpus.ts';
import { healthCheck } from './health-check.ts';
import { limits } from './limits.ts';
import { modelCache } from './model-cache.ts';
import { platform } from './platform.ts';
import { ports } from './ports.ts';
import { sharedMemory } from './shared-memory.ts';

/** Every change, in the order in which they are made: it is the order of the keys in a new file. */
export const composeChanges: readonly ComposeChange[] = [
  buildTarget,
  platform,
  ports,
  modelCache,
  healthCheck,
  sharedMemory,
  limits,
  gpus,
];
