import { addForFiles } from './add-for-files.ts';
import { apkCache } from './apk-cache.ts';
import { aptGetYes } from './apt-get-yes.ts';
import { aptListsLeft } from './apt-lists-left.ts';
import { aptNotAptGet } from './apt-not-apt-get.ts';
import { aptRecommends } from './apt-recommends.ts';
import { baseImagePlatform } from './base-image-platform.ts';
import { brokenList } from './broken-list.ts';
import { cacheMountNotHome } from './cache-mount-not-home.ts';
import { cacheMountOverData } from './cache-mount-over-data.ts';
import { chainedCd } from './chained-cd.ts';
import { condaCache } from './conda-cache.ts';
import { consecutiveRun } from './consecutive-run.ts';
import { constantPlatform } from './constant-platform.ts';
import { copiedArchive } from './copied-archive.ts';
import { copyFromItself } from './copy-from-itself.ts';
import { copyIgnoredFile } from './copy-ignored-file.ts';
import { copyMany } from './copy-many.ts';
import { copyWholeRoot } from './copy-whole-root.ts';
import { cudaBaseWithCudaWheels } from './cuda-base-with-cuda-wheels.ts';
import { definitionDescription } from './definition-description.ts';
import { devDependencies } from './dev-dependencies.ts';
import { distrolessStart } from './distroless-start.ts';
import { dockerCleanWithMount } from './docker-clean-with-mount.ts';
import { duplicateStage } from './duplicate-stage.ts';
import { emptyContinuation } from './empty-continuation.ts';
import { envFileCopied } from './env-file-copied.ts';
import { envSelfReference } from './env-self-reference.ts';
import { exposeFormat } from './expose-format.ts';
import { exposePort } from './expose-port.ts';
import { exposeProtocolCasing } from './expose-protocol-casing.ts';
import { fromAsCasing } from './from-as-casing.ts';
import { healthcheckProgram } from './healthcheck-program.ts';
import { idleCacheMount } from './idle-cache-mount.ts';
import { instructionCasing } from './instruction-casing.ts';
import { invalidDefaultArgInFrom } from './invalid-default-arg-in-from.ts';
import { labelKey } from './label-key.ts';
import { labelValue } from './label-value.ts';
import { lateCleanup } from './late-cleanup.ts';
import { lateDirective } from './late-directive.ts';
import { latestBase } from './latest-base.ts';
import { legacyEnv } from './legacy-env.ts';
import { lostState } from './lost-state.ts';
import { maintainer } from './maintainer.ts';
import { missingHealthcheck } from './missing-healthcheck.ts';
import { missingLabel } from './missing-label.ts';
import { missingLibrary } from './missing-library.ts';
import { missingProgram } from './missing-program.ts';
import { missingUser } from './missing-user.ts';
import { namedUser } from './named-user.ts';
import { oneCmd } from './one-cmd.ts';
import { oneEntrypoint } from './one-entrypoint.ts';
import { oneHealthcheck } from './one-healthcheck.ts';
import { oneWordCommand } from './one-word-command.ts';
import { otherPython } from './other-python.ts';
import { pipCache } from './pip-cache.ts';
import { pipefail } from './pipefail.ts';
import { recursiveChown } from './recursive-chown.ts';
import { redundantPlatform } from './redundant-platform.ts';
import { relativeCopy } from './relative-copy.ts';
import { relativeWorkdir } from './relative-workdir.ts';
import { relinkedShell } from './relinked-shell.ts';
import { requirementRedirect } from './requirement-redirect.ts';
import { reservedStageName } from './reserved-stage-name.ts';
import { rootUser } from './root-user.ts';
import { rpmCache } from './rpm-cache.ts';
import type { LintRule } from './rule.ts';
import { secretInCommand } from './secret-in-command.ts';
import { secretInEnv } from './secret-in-env.ts';
import { shellFormCommand } from './shell-form-command.ts';
import { sourceBeforeInstall } from './source-before-install.ts';
import { stageNameCasing } from './stage-name-casing.ts';
import { sudo } from './sudo.ts';
import { swallowedInstruction } from './swallowed-instruction.ts';
import { toolCache } from './tool-cache.ts';
import { undefinedArgInFrom } from './undefined-arg-in-from.ts';
import { undefinedVar } from './undefined-var.ts';
import { unexpectedLabel } from './unexpected-label.ts';
import { unknownCopyStage } from './unknown-copy-stage.ts';
import { unknownIgnore } from './unknown-ignore.ts';
import { unpinnedApt } from './unpinned-apt.ts';
import { unpinnedPip } from './unpinned-pip.ts';
import { unreachedCmd } from './unreached-cmd.ts';
import { untaggedBase } from './untagged-base.ts';
import { untrustedRegistry } from './untrusted-registry.ts';
import { useraddLargeUid } from './useradd-large-uid.ts';
import { wgetProgress } from './wget-progress.ts';

/** Every rule, in the order of docs/lint.md. */
export const lintRules: readonly LintRule[] = [
  aptGetYes,
  aptRecommends,
  unpinnedApt,
  aptListsLeft,
  pipCache,
  unpinnedPip,
  untaggedBase,
  latestBase,
  consecutiveRun,
  wgetProgress,
  useraddLargeUid,
  copyWholeRoot,
  addForFiles,
  relativeCopy,
  chainedCd,
  rootUser,
  sudo,
  untrustedRegistry,
  shellFormCommand,
  oneHealthcheck,
  oneCmd,
  oneEntrypoint,
  relinkedShell,
  relativeWorkdir,
  unknownCopyStage,
  copyFromItself,
  duplicateStage,
  constantPlatform,
  redundantPlatform,
  envSelfReference,
  secretInEnv,
  legacyEnv,
  stageNameCasing,
  fromAsCasing,
  emptyContinuation,
  dockerCleanWithMount,
  recursiveChown,
  envFileCopied,
  sourceBeforeInstall,
  cudaBaseWithCudaWheels,
  cacheMountNotHome,
  undefinedArgInFrom,
  invalidDefaultArgInFrom,
  undefinedVar,
  devDependencies,
  cacheMountOverData,
  pipefail,
  aptNotAptGet,
  maintainer,
  copyMany,
  reservedStageName,
  instructionCasing,
  condaCache,
  copiedArchive,
  copyIgnoredFile,
  missingLibrary,
  missingProgram,
  missingHealthcheck,
  missingUser,
  namedUser,
  definitionDescription,
  exposeFormat,
  exposeProtocolCasing,
  requirementRedirect,
  missingLabel,
  unexpectedLabel,
  labelValue,
  unknownIgnore,
  labelKey,
  baseImagePlatform,
  exposePort,
  rpmCache,
  apkCache,
  healthcheckProgram,
  brokenList,
  swallowedInstruction,
  oneWordCommand,
  lateDirective,
  lostState,
  lateCleanup,
  distrolessStart,
  otherPython,
  unreachedCmd,
  idleCacheMount,
  secretInCommand,
  toolCache,
];
