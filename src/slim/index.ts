export { type Application, type ApplicationImport, findApplication, importStatement } from './application.ts';
export { proposeCiCache } from './ci-cache/index.ts';
export { containerCommand, type StartOverride } from './container-command.ts';
export { distributionFacts, type TargetDecision } from './distribution-facts.ts';
export { sourcesOf } from './edit-sources.ts';
export type { FactsInput } from './facts-input.ts';
export { type ImageEvidence, type ImageLibrary, imageLibraries } from './image-libraries.ts';
export type { LeanFile } from './lean-file.ts';
export { startCommands } from './needed-commands.ts';
export { stageThatUses } from './other-stages.ts';
export { withoutOwnOutput } from './own-output.ts';
export { editIds, makePlan } from './plan.ts';
export type {
  ComposePlan,
  ComposePlans,
  EditId,
  IgnoreProposal,
  Plan,
  PlanInput,
  PlannedEdit,
} from './plan-input.ts';
export { pruneScriptPath, requestedDistributions, rewriteFacts } from './project-facts.ts';
export { type ContextProposal, neededPaths, proposeIgnore } from './propose-ignore.ts';
export { touchedFiles } from './step-inputs.ts';
export { type ProjectStudy, studyProject } from './study-project.ts';
export {
  type AttemptOutcome,
  type TakeBackOptions,
  type TakeBackResult,
  type TakenBackEdit,
  takeBackUntilPassed,
} from './take-back.ts';
export { applyLeanFiles, diffOf, plimsollDir, stageContext, writeLeanFiles } from './write-lean-files.ts';
