import { normaliseName } from '../../python/index.ts';
import type { FileDetector } from '../detector.ts';
import { developmentDistributions } from '../development-distributions.ts';

/** Files of distributions that only development uses. */
export const devDependency: FileDetector = {
  name: 'dev-dependency',
  prepare(subject) {
    const development = developmentDistributions(subject);
    if (development.size === 0) return () => undefined;
    return (file) => {
      const owner = subject.distributionOf(file.entry.path);
      if (owner === undefined || !development.has(normaliseName(owner.name))) return undefined;
      return {
        kind: 'dev-dependency',
        owner: { kind: 'distribution', name: owner.name, version: owner.version },
      };
    };
  },
};
