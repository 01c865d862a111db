import type { FileDetector } from '../detector.ts';
import { onceADirectory } from '../file-place.ts';
import { isInSitePackages } from '../places.ts';

// `testing` and `_testing` are public interfaces that packages import (numpy.testing, pandas._testing): never tests.
const testDirectory = /(?:^|\/)(?:site|dist)-packages\/(?:.+\/)?(?:tests|test)\//;
const standardLibraryTests =
  /(?:^|\/)lib\/python3(?:\.\d+)?\/(?:test|idlelib\/idle_test|[a-z0-9_]+\/tests?)\//;

/** Test suites that wheels and the standard library bring along. */
export const testsInDistribution: FileDetector = {
  name: 'tests-in-distribution',
  prepare(subject) {
    const isTest = onceADirectory((directory) =>
      (isInSitePackages(directory) ? testDirectory : standardLibraryTests).test(directory),
    );
    return ({ entry }, { directory }) =>
      isTest(directory) ? { kind: 'tests-in-distribution', owner: subject.ownerOf(entry.path) } : undefined;
  },
};
