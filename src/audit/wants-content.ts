import { wantsBytecodeContent } from './bytecode-use.ts';
import { wantsSecretContent } from './secret-places.ts';

/** True for a file whose content `auditImage` looks into: possible secrets, and some small compiled modules. Have the indexer capture those. */
export function wantsAuditContent(path: string, sizeBytes: number): boolean {
  return wantsSecretContent(path, sizeBytes) || wantsBytecodeContent(path, sizeBytes);
}
