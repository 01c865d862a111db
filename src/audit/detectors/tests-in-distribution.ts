import type { AuditSubject } from '../audit-subject.ts';
import type { FileDetector } from '../detector.ts';
import { onceADirectory } from '../file-place.ts';
import { isInSitePackages } from '../places.ts';

// `testing` and `_testing` are public interfaces that packages import (numpy.testing, pandas._testing): never tests.
const testDirectory = /^(.*?(?:site|dist)-packages\/(?:.+?\/)?(?:tests|test)\/)/;
const standardLibraryTests =
  /(?:^|\/)lib\/python3(?:\.\d+)?\/(?:test|idlelib\/idle_test|[a-z0-9_]+\/tests?)\//;
// What pytest and unittest collect; doctests of packages lie in `tests` as well.
const testModule =
  /(?:^|\/)(?:_?test_[^/]*|[^/]*_test|conftest)\.(?:py|pyx|so)$|_test\.[\w.-]*so$|\.(?:doctest|test)$/;

/** Test suites that wheels and the standard library bring along. */
export const testsInDistribution: FileDetector = {
  name: 'tests-in-distribution',
  prepare(subject) {
    const interfaces = publicInterfaces(subject);
    const isTest = onceADirectory((directory) => {
      if (!isInSitePackages(directory)) return standardLibraryTests.test(directory);
      const outermost = testDirectory.exec(directory)?.[1];
      return outermost !== undefined && !interfaces.has(outermost);
    });
    return ({ entry }, { directory }) =>
      isTest(directory) ? { kind: 'tests-in-distribution', owner: subject.ownerOf(entry.path) } : undefined;
  },
};

/** Directories called like tests that hold modules and no test: what others test with (django.test, tensorflow.test). */
function publicInterfaces({ distributions }: AuditSubject): ReadonlySet<string> {
  const hasTests = new Map<string, boolean>();
  for (const { files } of distributions) {
    for (const path of files) {
      if (!path.includes('/test')) continue;
      const outermost = testDirectory.exec(path)?.[1];
      if (outermost === undefined) continue;
      const isSource = path.endsWith('.py') || path.endsWith('.so');
      if (hasTests.get(outermost) !== true && (isSource || testModule.test(path))) {
        hasTests.set(outermost, testModule.test(path));
      }
    }
  }
  return new Set([...hasTests].flatMap(([directory, has]) => (has ? [] : [directory])));
}
