export type {
  CacheKind,
  PipelineImage,
  PipelineProvider,
  PipelineRequest,
} from './pipeline.ts';
export { pipelineProviders } from './providers.ts';
