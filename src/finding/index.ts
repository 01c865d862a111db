export type {
  CacheOwner,
  Finding,
  FindingFacts,
  FindingKind,
  FindingLocation,
  FindingOwner,
  PlainFindingKind,
  Risk,
  SecretFileKind,
  Severity,
  WasteKind,
} from './finding.ts';
export { type FindingKindInfo, findingKinds } from './finding-kinds.ts';
export { findingPages } from './finding-pages.ts';
export {
  type FindingInput,
  findingFacts,
  type SizedPath,
  sortFindings,
} from './make-finding.ts';
