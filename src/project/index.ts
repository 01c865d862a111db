export { type Compose, type ComposeDocument, readCompose } from './compose-file.ts';
export type { ComposeService, ComposeVolume } from './compose-service.ts';
export {
  type ContextDirectory,
  type ContextFile,
  type ContextListing,
  directoriesBySize,
  type UnreadableEntry,
} from './context-listing.ts';
export type { ProjectText, ProjectTexts } from './project-texts.ts';
export {
  type Project,
  type ProjectCompose,
  type ProjectDockerfile,
  type ProjectDockerignore,
  type ProjectOptions,
  readProject,
} from './read-project.ts';
