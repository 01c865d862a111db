export {
  type EstimatedLayer,
  type EstimateRequest,
  estimatePush,
  type PushEstimate,
} from './estimate-push.ts';
export type { LayerPacking } from './outgoing-layer.ts';
export {
  type LayerOutcome,
  type PushedLayer,
  type PushReport,
  type PushRequest,
  pushImage,
} from './push-image.ts';
