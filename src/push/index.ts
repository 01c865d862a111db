export {
  type EstimatedLayer,
  type EstimateRequest,
  estimatePush,
  type PushEstimate,
} from './estimate-push.ts';
export type { LayerPacking } from './outgoing-layer.ts';
export {
  type PushedLayer,
  type PushedManifest,
  type PushReport,
  type PushRequest,
  pushImage,
} from './push-image.ts';
export { type PushIndexRequest, pushIndex } from './push-index.ts';
export type { LayerOutcome } from './send-layers.ts';
