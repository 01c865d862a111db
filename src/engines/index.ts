export { BuildError, type BuildErrorDetails, type BuildFailureKind } from './build-error.ts';
export { explainFailedBuild, type FailedBuild } from './build-failure.ts';
export { platformWord } from './build-image.ts';
export type { BuildLog, BuildOutcome, FailedStep } from './build-log.ts';
export type { BuildahOptions } from './buildah.ts';
export { createBuildahLog } from './buildah-log.ts';
export { createBuildkitLog } from './buildkit-log.ts';
export { detectEngine, type EngineSearch, type FoundEngines, findEngines } from './detect.ts';
export { type DockerOptions, dockerEngine } from './docker.ts';
export { findInstructionLine } from './dockerfile-line.ts';
export type {
  BuildRequest,
  BuildStep,
  BuiltImage,
  Engine,
  EngineName,
  FinishedRun,
  RunningContainer,
  RunRequest,
  SecretSource,
} from './engine.ts';
export type { EngineRefusal } from './engine-search.ts';
export { readBuildahImage, readInspectedImage } from './inspected-image.ts';
export { missingPrograms } from './missing-programs.ts';
export type { PodmanOptions } from './podman.ts';
