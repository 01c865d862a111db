import { generic } from './generic.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import type { PipelineProvider } from './pipeline.ts';

/** Every kind of pipeline that can be written, in the order in which they are shown. */
export const pipelineProviders: readonly PipelineProvider[] = [github, gitlab, generic];
