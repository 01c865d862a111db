export { sourceOf, tracedSources } from './bytecode-trace.ts';
export { compiledBy } from './compiled-by.ts';
export { parseRequirementTexts } from './core-metadata.ts';
export { cpuReplacement, requirementText } from './cpu-replacement.ts';
export { encodeText, type TextEncoding } from './decode-text.ts';
export {
  type DependencyGraph,
  dependencyGraph,
  extrasOf,
  type GraphDistribution,
  type GraphNode,
  nodeId,
  nodesOf,
  type RequestedName,
  reachableNodes,
  type UnmetRequirement,
} from './dependency-graph.ts';
export { type DevelopmentPurpose, developmentPurpose, isUsedThrough } from './development-tools.ts';
export type { DistributionFacts } from './distribution-facts.ts';
export { normaliseName } from './distribution-name.ts';
export {
  findDistributions,
  type InstalledDistribution,
  isPythonInventoryFile,
} from './distributions.ts';
export { type DjangoHealth, findDjangoHealth, healthRoutePattern } from './django-health.ts';
export { editRequirements, type RequirementsEdit } from './edit-requirements.ts';
export { readCondaEnvironment } from './environment-files/conda-environment.ts';
export type {
  CondaFacts,
  DistributionPlace,
  EnvironmentFile,
  EnvironmentFileKind,
  EnvironmentProblem,
  ListedDistribution,
} from './environment-files/environment-file.ts';
export {
  type ListedRequirements,
  listedRequirements,
  type RequirementsWish,
  wantedDistributions,
} from './environment-files/locked-requirements.ts';
export { readEnvironmentFile } from './environment-files/read-environment-file.ts';
export {
  type GroupsQuestion,
  optionValues,
  type ProjectTool,
  type ToolCommand,
  wantedGroups,
} from './environment-files/wanted-groups.ts';
export { isEnvironmentLibrary } from './environment-library.ts';
export {
  type AskedParts,
  judgeMarker,
  linuxEnvironment,
  type MarkerEnvironment,
} from './environment-markers.ts';
export type { FileClass } from './file-class.ts';
export {
  type FoundResolver,
  findResolver,
  NoResolverError,
  type ResolverProgram,
} from './find-resolver.ts';
export { findGradioLaunches, type GradioLaunch } from './gradio-launches.ts';
export {
  type HardwareEvidence,
  type HardwareInput,
  type HardwareVerdict,
  hardwareEvidence,
} from './hardware-evidence.ts';
export {
  type CpuVariant,
  callsThatNeedMore,
  cpuVariant,
  cudaWants,
  gpuCompanionOf,
  gpuOnlyDistribution,
  pullsTorch,
  type SmallerDistribution,
  smallerDistribution,
  torchCompanions,
  windowCalls,
} from './hardware-variants.ts';
export {
  foreignImports,
  type ImportSite,
  optionalFiles,
  reachableFrom,
} from './import-graph.ts';
export { knownDistributions, likelyDistributions, likelyModules } from './import-names.ts';
export {
  type ImportMoment,
  type PythonFile,
  type PythonImport,
  type PythonSource,
  type PythonSources,
  type ScanOptions,
  scanPythonFiles,
} from './import-scan.ts';
export type { AptPackage } from './knowledge/apt-packages.ts';
export { heavyNames } from './knowledge/heavy.ts';
export type { RemovableEntry } from './knowledge/removable.ts';
export type { SamePurposeGroup } from './knowledge/same-purpose.ts';
export { isStandardLibrary } from './knowledge/standard-library.ts';
export { mayNeedLibraries } from './library-names.ts';
export { extrasIn } from './marker-syntax.ts';
export { type LinkedDistribution, type MissingLibrary, missingLibraries } from './missing-libraries.ts';
export { type MentionOptions, type ModuleMentions, moduleMentions } from './module-mentions.ts';
export { type OpenWheel, type OpenWheelOptions, openWheel, type RangeSource } from './open-wheel.ts';
export { readPipReport } from './pip-report.ts';
export { platformTags, type WheelPlatform } from './platform-tags.ts';
export type { PortExpression } from './port-expression.ts';
export { type ProbeRequest, probeRequests } from './probe-requests.ts';
export { isDevelopmentFile, productionFile } from './production-file.ts';
export { type ProgramSource, programSource } from './program-source.ts';
export { pruneScript } from './prune-script.ts';
export type { JsonValue, Limits, TypeShape } from './python-literals.ts';
export {
  pinnedVersion,
  type RegeneratedHashes,
  type ReleaseHashes,
  regenerateHashes,
} from './regenerate-hashes.ts';
export { removableEntries } from './removable.ts';
export {
  type NamedRequirement,
  parseNamedRequirement,
  parseRequirementName,
  type ReferenceRequirement,
} from './requirement-line.ts';
export {
  type InstallLine,
  parseRequirements,
  printRequirements,
  type RequirementsFile,
  type RequirementsLine,
  type RequirementsPlace,
  type RequirementsProblem,
} from './requirements.ts';
export type { RequirementOption } from './requirements-options.ts';
export {
  type ReadFile,
  type RequestedLine,
  type RequirementsTree,
  readRequirementsTree,
} from './requirements-tree.ts';
export type {
  PackageIndexes,
  ResolvedEnvironment,
  ResolvedWheel,
  ResolveRequirementsOptions,
} from './resolution.ts';
export {
  type ResolutionMemory,
  type ResolutionQuestion,
  resolutionMemory,
} from './resolution-memory.ts';
export { resolveRequirements } from './resolve.ts';
export { type InstallStep, resolveSteps } from './resolve-steps.ts';
export { hasOwnCompiler, isRunTimeCompiler } from './run-time-compilers.ts';
export { isInstaller, loadedOtherwise, samePurpose } from './same-purpose.ts';
export { type ServeCommand, serveCommand } from './serve-command.ts';
export { type SharedMemorySign, sharedMemorySigns } from './shared-memory-signs.ts';
export {
  type AskIndexOptions,
  type IndexedFile,
  readIndexPage,
  releaseHashes,
  type Yanked,
  yankedReleases,
} from './simple-index.ts';
export { type SourceRole, sourceRole } from './source-role.ts';
export type { CommandCall, PathString } from './source-strings.ts';
export { isAllowedVersion, isVersion } from './specifier.ts';
export { type ChangedRequirements, type SplitRequirements, splitRequirements } from './split-requirements.ts';
export { type StreamlitSettings, streamlitSettings } from './streamlit-settings.ts';
export {
  aptPackage,
  bringsItsLibraries,
  type DebianSuite,
  packageOfCommand,
  packageOfSoname,
  runtimePackagesOf,
  type SystemNeeds,
  systemNeedsOf,
} from './system-packages.ts';
export {
  importsOneOf,
  isSignImport,
  type UsedThrough,
  type UseSigns,
  usedThroughOf,
  useSigns,
} from './used-through.ts';
export { readUvLock } from './uv-lock.ts';
export type { BodyField, DataClass } from './web-models.ts';
export type { BodyParameter, RouteParameter, WebRoute } from './web-route.ts';
export { findWebRoutes, type WebRoutes } from './web-routes.ts';
export {
  bytecodeRatio,
  installedBytes,
  readWheelDirectory,
  type WheelDirectory,
  type WheelFile,
} from './wheel-directory.ts';
export { readWheelDistribution, type WheelDistribution } from './wheel-distribution.ts';
export {
  readWheelLibraries,
  type WheelLibraries,
  type WheelLibrariesOptions,
  type WheelLibrary,
  wheelLibrariesSchema,
} from './wheel-libraries.ts';
