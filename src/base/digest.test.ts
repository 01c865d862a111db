import { expect, test } from 'vitest';
import { hasDigest, isDigest, parseDigest, sha256Digest } from './index.ts';

const hex = '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae';

test.each([
  ['sha256', `sha256:${hex}`, true],
  ['sha512', `sha512:${hex}${hex}`, true],
  ['a digest is lower case', `sha256:${hex.toUpperCase()}`, false],
  ['too short', 'sha256:abc', false],
  ['sha512 has twice the digits', `sha512:${hex}`, false],
  ['an algorithm that is not registered', `md5:${hex}`, false],
  ['never a path', `sha256:../../${hex.slice(6)}`, false],
  ['nothing may follow', `sha256:${hex}\n`, false],
])('isDigest: %s', (_reason, text, expected) => {
  expect(isDigest(text)).toBe(expected);
  expect(parseDigest(text) !== undefined).toBe(expected);
});

test('the digest of bytes in hand', () => {
  expect(sha256Digest('foo')).toBe(`sha256:${hex}`);
  expect(hasDigest(Buffer.from('foo'), `sha256:${hex}`)).toBe(true);
  expect(hasDigest(Buffer.from('bar'), `sha256:${hex}`)).toBe(false);
  expect(parseDigest(`sha256:${hex}`)).toEqual({ algorithm: 'sha256', hex });
});
