export type {
  CacheOwner,
  Finding,
  FindingFacts,
  FindingKind,
  FindingLocation,
  FindingOwner,
  OwnedBytes,
  PlainFindingKind,
  Risk,
  SecretFileKind,
  Severity,
  WasteKind,
  WeightsFormat,
} from './finding.ts';
export { type FindingKindInfo, findingKinds } from './finding-kinds.ts';
export { findingPages } from './finding-pages.ts';
export {
  type FindingInput,
  findingFacts,
  type SizedPath,
  sortFindings,
} from './make-finding.ts';
export {
  type FoundSecret,
  findSecretShapes,
  findSecrets,
  redactInstruction,
  type SecretTextKind,
} from './secret-text.ts';
