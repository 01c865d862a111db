import type { RewriteFacts } from './rewrite.ts';

/** What rewrites know of a project that nobody has read: the Dockerfile alone. */
export const noFacts: RewriteFacts = {
  hasCacheMounts: true,
  requirementClosure: new Map(),
  requirementFolders: new Set(),
  requirementsWithSource: new Set(),
  productionRequirements: new Map(),
  developmentDistributions: new Set(),
  cpuWheels: undefined,
  classifyPackage: () => ({ purpose: 'unknown', runtimePackages: [] }),
  packageOfCommand: () => undefined,
  runtimeLibraries: [],
  neededCommands: new Map(),
  hardCodedPaths: [],
  importStatements: [],
  compilesAtRunTime: undefined,
  pruneScript: 'docker/prune-site-packages.py',
};
