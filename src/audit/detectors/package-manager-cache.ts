import { packageCaches } from '../../distro/index.ts';
import type { FileDetector } from '../detector.ts';

/** Caches and downloaded indexes of package managers. */
export const packageManagerCache: FileDetector = {
  name: 'package-manager-cache',
  prepare({ root, image }) {
    const managerOf = packageCaches(root, image.config.env);
    return ({ entry }) => {
      const manager = managerOf(entry.path);
      return manager === undefined ? undefined : { kind: 'package-manager-cache', manager };
    };
  },
};
