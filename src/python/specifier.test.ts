import { describe, expect, test } from 'vitest';
import { runProcess } from '../base/index.ts';
import { isAllowedVersion } from './index.ts';

// What `packaging` says (PEP 440, version specifiers), pre-releases counted in.
const cases: readonly (readonly [version: string, specifier: string, isAllowed: boolean, why: string])[] = [
  ['2.1.0+cpu', '==2.1.0', true, 'a local label is passed by where none is asked for'],
  ['2.1.0+cpu', '==2.1.0+cu118', false, 'another build than the one that is asked for'],
  ['2.1.0+cpu', '==2.1.0+CPU', true, 'the build that is asked for'],
  ['2.1.0', '==2.1.0+cpu', false, 'no build where one is asked for'],
  ['2.1.0+cpu', '!=2.1.0+cu118', true, 'another build than the one that is refused'],
  ['2.1.0+cpu', '>2.1.0', false, 'a build of a version is not above it'],
  ['2.1.0+cpu', '<=2.1.0', true, 'nor is it above the version where that is allowed'],
  ['3.11.7', '>3.11.7rc1', true, 'the release is above its candidate'],
  ['3.11.7rc2', '>3.11.7rc1', true, 'so is the next candidate'],
  ['3.11.7', '<3.11.7.post1', true, 'the release is below its post-release'],
  ['3.11.7.post1', '>3.11.7', false, 'a post-release of the version is none above it'],
  ['3.11.7.post2', '>3.11.7.post1', true, 'unless one is named'],
  ['3.11.7rc1', '<3.11.7', false, 'a candidate of the version is none below it'],
  ['3.11.7rc1', '<3.11.7rc2', true, 'unless one is named'],
  ['1.1rc1', '<1.1.post1', true, 'a candidate of 1.1 is none of its post-release'],
  ['1.1.post1', '>1.1rc1', true, 'a post-release of 1.1 is none of its candidate'],
  ['1.1rc1.post1', '>1.1rc1', false, 'but this one is'],
  ['1.1', '==1.1.0.*', true, 'a shorter version is filled with zeros'],
  ['1.1.post1', '==1.1.*', true, 'a prefix takes post-releases'],
  ['1.1+cpu', '!=1.1.*', false, 'and builds'],
  ['1!1.1', '==1.1.*', false, 'an epoch is another count'],
  ['1!1.1', '==1!1.*', true, 'the same epoch'],
  ['2.2.post3', '~=2.2', true, 'compatible'],
  ['2.3', '~=2.2.0', false, 'the last number alone may rise'],
  ['2.2.5', '~=2.2.0rc1', true, 'the suffix counts for the lower bound alone'],
  ['2.2b1', '~=2.2rc1', false, 'below the lower bound'],
  ['1.0', '===1.0', true, 'arbitrary equality'],
  ['1.0.0', '===1.0', false, 'the texts differ'],
  ['1.0', '>=0.9,!=1.0', false, 'every clause counts'],
  ['1.0', '', true, 'any version'],
  ['1.0rc1', '>=0.9', true, 'pre-releases are counted in'],
  ['unknown', '>=0', false, 'no version'],
  ['unknown', '===unknown', true, 'but it may be that very text'],
];

test.each(cases)('%s is in %j: %s, %s', (version, specifier, isAllowed) => {
  expect(isAllowedVersion(version, specifier)).toBe(isAllowed);
});

describe('with the Python of this machine', async () => {
  const script = `
import json, sys
from pip._vendor.packaging.specifiers import SpecifierSet
print(json.dumps([SpecifierSet(s).contains(v, prereleases=True) for v, s in json.loads(sys.argv[1])]))`;
  // Old pips read what is no version in a way of their own, and pip before 26 takes a suffix for no part of the version that is named.
  const asked = cases.filter(([version]) => !/unknown|^1\.1(?:rc1|\.post1)/.test(version));
  const pairs = JSON.stringify(asked.map(([version, specifier]) => [version, specifier]));
  const answer = await runProcess('python3', ['-c', script, pairs]).catch(() => undefined);
  test.skipIf(answer?.code !== 0)('pip says the same of every pair', () => {
    const ours = asked.map(([version, specifier]) => isAllowedVersion(version, specifier));
    expect(JSON.parse(answer?.stdout ?? '')).toEqual(ours);
  });
});
