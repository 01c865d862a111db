export type { ConfigChange, ConfigField } from './compare-configs.ts';
export type { FileComparison, FileTally } from './compare-files.ts';
export {
  type ComparedSide,
  type CompareRequest,
  type Comparison,
  compareImages,
  type GroupRow,
  type Saving,
  type SharedLayer,
} from './compare-images.ts';
export {
  type DetailedComparison,
  type DiffOptions,
  type DiffSide,
  diffImages,
  type ImageDiff,
} from './diff-images.ts';
export type { FileAspect, FileChange, FileFacts } from './file-change.ts';
export { type Group, groups } from './groups.ts';
export type { PackageChange } from './package-changes.ts';
export {
  type PullCost,
  type PullRequest,
  type PushCost,
  type PushRequest,
  pullCost,
  pushCost,
  type SkippedLayer,
  type TransferLayer,
} from './push-cost.ts';
export type { ForecastRow, ForecastSide, ImageSide, LayerMeasure, Side } from './side.ts';
export { type AccountLayer, type Amount, assumedGzipBytesPerSecond } from './side-account.ts';
export { type SizeNode, type SizeTreeOptions, sizeTree } from './size-tree.ts';
