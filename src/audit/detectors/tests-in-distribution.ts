import { isInSitePackages } from '../audit-subject.ts';
import type { FileDetector } from '../detector.ts';

// `testing` and `_testing` are public interfaces that packages import (numpy.testing, pandas._testing): never tests.
const testDirectory = /(?:^|\/)(?:site|dist)-packages\/(?:.+\/)?(?:tests|test)\//;
const standardLibraryTests =
  /(?:^|\/)lib\/python3(?:\.\d+)?\/(?:test|idlelib\/idle_test|[a-z0-9_]+\/tests?)\//;

/** Test suites that wheels and the standard library bring along. */
export const testsInDistribution: FileDetector = {
  name: 'tests-in-distribution',
  prepare: (subject) => (file) => {
    const { path } = file.entry;
    const isTest = isInSitePackages(path) ? testDirectory.test(path) : standardLibraryTests.test(path);
    return isTest ? { kind: 'tests-in-distribution', owner: subject.ownerOf(path) } : undefined;
  },
};
