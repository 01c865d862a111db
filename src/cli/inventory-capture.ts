import { wantsAuditContent } from '../audit/index.ts';
import { distroInventoryLimitBytes, isDistroInventoryFile } from '../distro/index.ts';
import type { Capture } from '../filetree/index.ts';
import { isPythonInventoryFile } from '../python/index.ts';

/** The files whose content tells what is installed and what is waste. */
export const inventoryCapture: Capture = {
  key: 'inventory',
  maxBytes: distroInventoryLimitBytes,
  wants: (path, sizeBytes) =>
    isDistroInventoryFile(path) || isPythonInventoryFile(path) || wantsAuditContent(path, sizeBytes),
};
