import { normaliseName } from '../../python/index.ts';
import type { FileDetector } from '../detector.ts';
import { developmentDistributions } from '../development-distributions.ts';

/** Files of distributions that only development uses. */
export const devDependency: FileDetector = {
  name: 'dev-dependency',
  prepare(subject) {
    const development = developmentDistributions(subject);
    if (development.size === 0) return () => undefined;
    return ({ entry }) => {
      const distribution = subject.distributionOf(entry.path);
      if (distribution === undefined || !development.has(normaliseName(distribution.name))) return undefined;
      const owner = subject.ownerOf(entry.path);
      return owner && { kind: 'dev-dependency', owner };
    };
  },
};
