/**
 * The library's door: what the command line is made of, for programs of one's own.
 *
 *     import { readProject, studyProject } from 'plimsoll';
 */
export { type Audit, type AuditRequest, auditImage } from './audit/index.ts';
export { UserError } from './base/index.ts';
export { type CompareRequest, type Comparison, compareImages, sizeTree } from './compare/index.ts';
export { type DepsReport, type DepsSubject, describeDependencies } from './deps/index.ts';
export { findDistroPackages, isDistroInventoryFile } from './distro/index.ts';
export {
  applyEdits,
  type DockerfileModel,
  type DockerfileSyntax,
  parseDockerfile,
  type RewriteFacts,
  resolveDockerfile,
  rewriteDockerfile,
  rewrites,
} from './dockerfile/index.ts';
export { ignoreMatcher, mergeDockerignore, parseDockerignore, suggestIgnores } from './dockerignore/index.ts';
export { type BuildRequest, detectEngine, type Engine, findEngines } from './engines/index.ts';
export { indexImage, type RootFileSystem } from './filetree/index.ts';
export type { Finding, FindingKind } from './finding/index.ts';
export { describeDockerfileForForecast, forecastImage, gatherForecastFacts } from './forecast/index.ts';
export { type Image, type Layer, measureGzip, openImage, type Platform } from './image/index.ts';
export { type Project, readProject } from './project/index.ts';
export {
  findDistributions,
  hardwareEvidence,
  isPythonInventoryFile,
  scanPythonFiles,
} from './python/index.ts';
export {
  choosePasses,
  plainLayers,
  planShrink,
  type ShrinkPlan,
  shrinkManifest,
  shrunkImage,
  studyLayers,
  writeLayers,
} from './shrink/index.ts';
export { makePlan, type Plan, type PlanInput, studyProject, takeBackUntilPassed } from './slim/index.ts';
export { parseProbe, type Verification, type VerifyRequest, verifyImages } from './verify/index.ts';
