export { decodeText, encodeText, type TextEncoding } from './decode-text.ts';
export { type DevelopmentPurpose, developmentPurpose } from './development-tools.ts';
export { editRequirements, type RequirementsEdit } from './edit-requirements.ts';
export {
  type CpuVariant,
  cpuVariant,
  gpuCompanionOf,
  gpuOnlyDistribution,
  pullsTorch,
  type SmallerDistribution,
  smallerDistribution,
} from './hardware-variants.ts';
export {
  foreignImports,
  type ImportSite,
  type LocalModules,
  localModules,
  reachableFrom,
} from './import-graph.ts';
export { likelyDistributions, likelyModules } from './import-names.ts';
export {
  type ImportMoment,
  type PythonFile,
  type PythonImport,
  type PythonSource,
  type PythonSources,
  type ScanOptions,
  scanPythonFiles,
} from './import-scan.ts';
export type { AptPackage, RemovableEntry } from './knowledge/knowledge.ts';
export { isStandardLibrary } from './knowledge/standard-library.ts';
export { moduleOfPath } from './module-names.ts';
export { removableEntries } from './removable.ts';
export {
  type NamedRequirement,
  normaliseName,
  parseNamedRequirement,
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
export { type SourceRole, sourceRole } from './source-role.ts';
export type { CommandCall, PathString } from './source-strings.ts';
export { isAllowedVersion, pinnedVersion } from './specifier.ts';
export {
  aptPackage,
  type DebianSuite,
  packageOfCommand,
  packageOfSoname,
  runtimePackagesOf,
  type SystemNeeds,
  systemNeedsOf,
} from './system-packages.ts';
