export { type CiBuild, type CiStep, repositoryOf } from './ci-builds.ts';
export type { ComposeDocument } from './compose-document.ts';
export { type Compose, composeFilesIn, readCompose } from './compose-file.ts';
export type { ComposeService, ComposeVolume } from './compose-service.ts';
export { variablesIn } from './compose-variables.ts';
export type {
  ContextDirectory,
  ContextFile,
  ContextListing,
  UnreadableEntry,
} from './context-listing.ts';
export { defaultBranch } from './default-branch.ts';
export { findDockerfile, listProjectDirectory, NoDockerfileError } from './find-dockerfile.ts';
export { type InlineDockerfile, inlineText } from './inline-dockerfile.ts';
export { type NamedBuild, type NamedBuilds, readNamedBuilds } from './named-builds.ts';
export { foreignDirectories, type ProjectText, type ProjectTexts } from './project-texts.ts';
export {
  type Project,
  type ProjectCompose,
  type ProjectDockerfile,
  type ProjectDockerignore,
  type ProjectOptions,
  readProject,
} from './read-project.ts';
export { readShippedBuilds, type ShippedBuild, type ShippedBuilds } from './shipped-builds.ts';
