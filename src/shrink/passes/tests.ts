import { matchPaths } from '../../base/index.ts';
import { removableEntries } from '../../python/index.ts';
import { filesBelow } from '../files-below.ts';
import { neededTestFolders } from '../needed-test-folders.ts';
import type { LeftAlone, ShrinkEdit, ShrinkPass, ShrinkSubject } from '../pass.ts';
import { siteOf } from '../site-packages.ts';

// `testing` and `_testing` are public interfaces that packages import (numpy.testing, pandas._testing): never tests.
const testFolder = /^(.*?(?:site|dist)-packages\/(?:[^/]+\/)*?(?:tests|test))\//;
// What pytest and unittest collect.
const testModule = /(?:^|\/)(?:_?test_[^/]*|[^/]*_test|conftest)\.(?:py|pyx)$/;

/** Test suites of distributions: folders that nothing outside imports, and what the knowledge table calls safe. */
export const testsPass: ShrinkPass = {
  name: 'tests',
  title: 'tests of Python distributions',
  risk: 'verify',
  find(subject) {
    const folders = testFolders(subject);
    const needed = neededTestFolders(subject, [...folders]);
    const edits: ShrinkEdit[] = [];
    const leftAlone: LeftAlone[] = [];
    for (const folder of folders) {
      const files = [...filesBelow(subject.root, folder)].map(({ entry }) => entry.path);
      const because = needed.get(folder) ?? notTests(files, subject);
      if (because !== undefined) leftAlone.push({ path: folder, because });
      else
        for (const path of files)
          edits.push({ kind: 'remove', path, reason: `tests in ${folder}`, unit: folder });
    }
    const taken = new Set(edits.map(({ path }) => path));
    return { edits: [...edits, ...knownTests(subject).filter(({ path }) => !taken.has(path))], leftAlone };
  },
};

/** The outermost folders named exactly `test` or `tests` that hold files of distributions. */
function testFolders({ distributions }: ShrinkSubject): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const { files } of distributions) {
    for (const path of files) {
      const folder = path.includes('/test') ? testFolder.exec(path)?.[1] : undefined;
      // Licences of vendored code lie in folders named after its tests.
      if (folder !== undefined && !folder.includes('-info/')) folders.add(folder);
    }
  }
  return new Set([...folders].sort());
}

/** Why a folder is no test suite of a distribution; undefined for one that is. */
function notTests(files: readonly string[], { distributionOf }: ShrinkSubject): string | undefined {
  const foreign = files.find((path) => distributionOf(path) === undefined);
  if (foreign !== undefined) return `${foreign} belongs to no distribution`;
  return files.some((path) => testModule.test(path))
    ? undefined
    : 'it holds no test, so it may be an interface or data';
}

/** What goes whatever imports it: measured on real wheels (`python/knowledge/removable.yaml`, verdict `safe`). */
function knownTests({ distributions }: ShrinkSubject): ShrinkEdit[] {
  return removableEntries
    .filter(({ verdict, rule }) => verdict === 'safe' && rule === 'tests')
    .flatMap(({ id, paths }) => {
      const isKnown = matchPaths(paths);
      const tops = new Set(paths.map((path) => path.split('/')[0]));
      return distributions
        .filter(({ modules }) => modules.some((module) => tops.has(module)))
        .flatMap(({ files }) => files)
        .filter((path) => isKnown(path.slice((siteOf(path)?.length ?? -1) + 1)))
        .map((path): ShrinkEdit => ({ kind: 'remove', path, reason: `known tests (${id})`, unit: path }));
    });
}
