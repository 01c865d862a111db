import { type Capture, linkageExcerpt } from '../filetree/index.ts';
import { isEnvironmentLibrary } from '../python/index.ts';
import { inventoryCapture } from './inventory-capture.ts';

/** The inventory, and what the native code of Python environments is linked with. */
export const linkageCapture: Capture = {
  ...inventoryCapture,
  key: 'linkage',
  excerpt: {
    wants: isEnvironmentLibrary,
    take: linkageExcerpt,
    maxHeldBytes: 64 * 1024 * 1024,
  },
};
