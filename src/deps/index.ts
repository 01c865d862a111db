export { describeDependencies } from './describe-dependencies.ts';
export type {
  BroughtAlong,
  DependencyRow,
  DepsFinding,
  DepsFindingKind,
  DepsReport,
  DepsSeverity,
  DistributionUse,
  MinimalRequirement,
} from './report.ts';
export type {
  ApplicationSigns,
  ApplicationUses,
  DepsDistribution,
  DepsSubject,
  ImportPlace,
  Pin,
  Requested,
  RequirementsInstall,
  SetVariable,
  StartedProgram,
} from './subject.ts';
