import { describe, expect, test } from 'vitest';
import { formatReference, type ImageSpec, isSameReference, parseImageSpec, parseReference } from './index.ts';

const digest = `sha256:${'ab'.repeat(32)}`;

describe('parseReference', () => {
  test.each([
    ['a bare name is an official image', 'python', 'docker.io/library/python:latest'],
    ['a tag', 'python:3.11-slim', 'docker.io/library/python:3.11-slim'],
    ['a user of Docker Hub', 'user/app', 'docker.io/user/app:latest'],
    ['a dot makes a host', 'ghcr.io/owner/app:1', 'ghcr.io/owner/app:1'],
    ['a port makes a host, and is no tag', 'registry:5000/app', 'registry:5000/app:latest'],
    ['localhost is a host', 'localhost/app', 'localhost/app:latest'],
    ['upper case makes a host', 'MyHost/app', 'MyHost/app:latest'],
    ['IPv6', '[::1]:5000/app:2', '[::1]:5000/app:2'],
    ['a digest needs no tag', `python@${digest}`, `docker.io/library/python@${digest}`],
    ['tag and digest', `python:3@${digest}`, `docker.io/library/python:3@${digest}`],
    ['the old name of Docker Hub', 'index.docker.io/python', 'docker.io/library/python:latest'],
    ['separators inside a name', 'a/b__c--d.e_f', 'docker.io/a/b__c--d.e_f:latest'],
  ])('%s', (_reason, text, expected) => {
    expect(formatReference(parseReference(text))).toBe(expected);
  });

  test.each([
    ['empty', ''],
    ['upper case in a name', 'user/App'],
    ['a tag may not begin with a dot', 'app:.1'],
    ['an empty tag', 'app:'],
    ['a name may not end with a separator', 'app-'],
    ['three dots', 'a...b'],
    ['a short digest', 'app@sha256:abc'],
    ['64 hex digits are an ID', 'ab'.repeat(32)],
    ['blanks', 'my app'],
    ['an address of a web page', 'https://registry.example.org/app'],
    ['a name of more than 255 characters', `a/${'b'.repeat(260)}`],
  ])('%s is refused', (_reason, text) => {
    expect(() => parseReference(text)).toThrow('is no image reference');
  });

  test('different spellings of one image', () => {
    expect(isSameReference('python', 'docker.io/library/python:latest')).toBe(true);
    expect(isSameReference('python:3', 'python:latest')).toBe(false);
    expect(isSameReference('NOT A reference', 'NOT A reference')).toBe(true);
  });
});

describe('parseImageSpec', () => {
  test.each<[reason: string, text: string, expected: ImageSpec]>([
    ['an archive', 'docker-archive:a/b:c.tar', { kind: 'docker-archive', path: 'a/b:c.tar' }],
    ['a layout', 'oci:dir', { kind: 'oci', path: 'dir' }],
    ['a layout with a tag', 'oci:a/dir:v1', { kind: 'oci', path: 'a/dir', tag: 'v1' }],
    ['a colon in a folder is no tag', 'oci:a:b/dir', { kind: 'oci', path: 'a:b/dir' }],
    [
      'a layout archive with a tag',
      'oci-archive:x.tar:v1',
      { kind: 'oci-archive', path: 'x.tar', tag: 'v1' },
    ],
    ['an engine', 'docker:app:1', { kind: 'docker', reference: 'app:1' }],
    ['skopeo writes slashes', 'docker://app', { kind: 'docker', reference: 'app' }],
    ['podman', 'podman:localhost/app', { kind: 'podman', reference: 'localhost/app' }],
    ['a registry', 'registry:ghcr.io/a/b', { kind: 'registry', reference: 'ghcr.io/a/b' }],
    ['an absolute root file system', 'dir:/mnt/x', { kind: 'dir', path: '/mnt/x' }],
    ['all else is bare', 'python:3.11', { kind: 'bare', text: 'python:3.11' }],
  ])('%s', (_reason, text, expected) => {
    expect(parseImageSpec(text)).toEqual(expected);
  });

  test.each(['', 'docker:', 'oci:'])('"%s" names nothing', (text) => {
    expect(() => parseImageSpec(text)).toThrow(/no image/);
  });
});

test.each([
  ['localhost:5000/Team/App:V1', 'localhost:5000/team/app:V1'],
  ['MyApp', 'myapp'],
  ['https://registry.example.org/team/app:1', 'registry.example.org/team/app:1'],
  ['docker://ghcr.io/a/b', 'ghcr.io/a/b'],
  ['My App', '[REGISTRY/]NAME[:TAG] or [REGISTRY/]NAME@sha256:…'],
])('%s: the hint says how it is written', (text, hint) => {
  expect(() => parseReference(text)).toThrow(expect.objectContaining({ hint: `Write it as ${hint}` }));
});
