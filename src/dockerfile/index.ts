export { type AptInstall, aptAction, readAptInstall } from './apt-command.ts';
export { type CondaInstall, readCondaInstall } from './conda-command.ts';
export { type ContainerProgram, containerPrograms, mayComeOtherwise } from './container-programs.ts';
export { type MissingCheckProgram, missingCheckProgram } from './missing-check-program.ts';
export type {
  DockerfileModel,
  Instruction,
  ShellCommand,
  Stage,
  StageState,
} from './model.ts';
export {
  hasPipOption,
  type PipInstall,
  pipInstallOf,
  readPipInstall,
  readWheelBuild,
  type WheelBuild,
} from './pip-command.ts';
export { programOf, runningCommands, withInner } from './programs.ts';
export { type ProjectExport, projectExports } from './project-export.ts';
export { type ProjectInstall, type ProjectTool, readProjectInstall } from './project-tool-command.ts';
export { type RedirectedRequirement, redirectedRequirements } from './redirected-requirements.ts';
export { type ResolveOptions, resolveDockerfile } from './resolve-model.ts';
export { type ContextCopy, contextPathOf, readContextCopy } from './rewrites/context-paths.ts';
export { cpuTitle } from './rewrites/cpu-wheels.ts';
export { environmentsInSource } from './rewrites/environments-in-source.ts';
export { filledIn } from './rewrites/filled-in.ts';
export type { LocalPackage } from './rewrites/local-package.ts';
export { installedFolders, staticDependencies } from './rewrites/local-packages.ts';
export { noFacts } from './rewrites/no-facts.ts';
export type {
  BuildSecret,
  CudaFacts,
  EditablePackage,
  HeavyFacts,
  InstallerNeeds,
  PackagePurpose,
  Rewrite,
  RewriteFacts,
  RewriteId,
  RootNeeds,
  SmallerFacts,
  StepInputs,
} from './rewrites/rewrite.ts';
export {
  type AppliedRewrite,
  type RewriteOptions,
  type RewrittenDockerfile,
  rewriteDockerfile,
} from './rewrites/rewrite-dockerfile.ts';
export { rewrites } from './rewrites/rewrites.ts';
export { type BrokenList, brokenLists } from './rules/broken-list.ts';
export {
  fixDockerfile,
  type LintFinding,
  type LintOptions,
  lintDockerfile,
  lintModel,
} from './rules/lint-dockerfile.ts';
export type {
  IgnoredSource,
  LabelPolicy,
  LabelType,
  LintProject,
  LintRule,
  LintSeverity,
} from './rules/rule.ts';
export { lintRules } from './rules/rules.ts';
export { namesOfRule } from './rules/suppressions.ts';
export { mountsOf } from './run-mounts.ts';
export { secretIds } from './secret-ids.ts';
export { readScriptText } from './shell-commands.ts';
export { shippedStages, stageNamed } from './stage-chain.ts';
export { applyEdits } from './syntax/apply-edits.ts';
export { type ExpandedWord, type ExpandOptions, expandWord } from './syntax/expand.ts';
export { parseDockerfile } from './syntax/parse.ts';
export type { FromSyntax, StageSyntax } from './syntax/split-stages.ts';
export type {
  Directive,
  DockerfileSyntax,
  Heredoc,
  InstructionFlag,
  InstructionSyntax,
  TextEdit,
  TextRange,
} from './syntax/syntax.ts';
export { argumentWords, type NameValue, type PlacedWord, parseNameValues } from './syntax/words.ts';
export { type UninstalledName, uninstalledNames } from './uninstalled-names.ts';
