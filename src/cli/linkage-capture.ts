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
    // Larger ones are PyTorch's and of its kind, whose wheels bring what they need.
    maxStreamedBytes: 64 * 1024 * 1024,
  },
};
