import { describe, expect, test } from 'vitest';
import { indexImage } from '../filetree/index.ts';
import { buildImage } from '../image/index.ts';
import { compareDebianVersions } from './debian-version.ts';
import {
  type DpkgNode,
  formatAlternatives,
  isDistroInventoryFile,
  parseAlternatives,
  readDpkgGraph,
} from './index.ts';

// From dpkg's own tests (t-version.c) and deb-version(7).
test.each<[one: string, order: '<' | '=' | '>', other: string]>([
  ['1.0', '=', '1.0'],
  ['0:1.0', '=', '1.0'],
  ['1:0.5', '>', '2.0'],
  ['1.0-1', '<', '1.0-2'],
  ['1.0', '=', '1.0-0'],
  ['1.9', '<', '1.10'],
  ['1.0~rc1', '<', '1.0'],
  ['1.0~~', '<', '1.0~'],
  ['1.0a', '>', '1.0'],
  ['1.0+b1', '>', '1.0'],
  ['1.0+b1', '>', '1.0a'],
  ['12.2.0-14+deb12u1', '>', '12.2.0-14'],
  ['2.36-9+deb12u10', '>', '2.36-9+deb12u9'],
  ['1.2-3-4', '>', '1.2-3'],
  ['09', '=', '9'],
])('%s %s %s', (one, order, other) => {
  const sign = { '<': -1, '=': 0, '>': 1 }[order];
  expect([
    Math.sign(compareDebianVersions(one, other)),
    Math.sign(compareDebianVersions(other, one)),
  ]).toEqual([sign, sign === 0 ? 0 : -sign]);
});

async function graph(paragraphs: readonly string[], states = ''): Promise<readonly DpkgNode[]> {
  const status = paragraphs
    .map((one) => (one.includes('Status:') ? one : `${one}\nStatus: install ok installed`))
    .map((one) => (one.includes('Version:') ? one : `${one}\nVersion: 1.0`))
    .map((one) => (one.includes('Architecture:') ? one : `${one}\nArchitecture: amd64`));
  const image = await buildImage({
    layers: [
      [
        { path: 'var/lib/dpkg/status', content: `${status.join('\n\n')}\n` },
        { path: 'var/lib/apt/extended_states', content: states },
        { path: 'var/lib/dpkg/info/liba:amd64.list', content: '/.\n' },
      ],
    ],
  });
  const { root } = await indexImage(image, { capture: { key: 'dpkg', wants: isDistroInventoryFile } });
  return readDpkgGraph(root);
}

describe('dependencies', () => {
  const needs = async (paragraphs: readonly string[]): Promise<readonly (readonly string[])[]> =>
    (await graph(paragraphs))[0]?.depends.map((clause) =>
      clause.map(({ name, architecture }) => `${name}:${architecture}`),
    ) ?? [];

  test.each<
    [reason: string, depends: string, others: readonly string[], found: readonly (readonly string[])[]]
  >([
    ['a name', 'b', ['Package: b'], [['b:amd64']]],
    ['several', 'b, c (>= 1)', ['Package: b', 'Package: c'], [['b:amd64'], ['c:amd64']]],
    ['alternatives, in their order', 'c | b', ['Package: b', 'Package: c'], [['c:amd64', 'b:amd64']]],
    ['an alternative that is too old', 'c (>= 2) | b', ['Package: b', 'Package: c'], [['b:amd64']]],
    ['older than', 'b (<< 1.0)', ['Package: b\nVersion: 1.0~rc1'], [['b:amd64']]],
    ['exactly', 'b (= 1.0)', ['Package: b'], [['b:amd64']]],
    ['what is provided', 'mta', ['Package: b\nProvides: mail, mta'], [['b:amd64']]],
    ['what is provided without a version', 'mta (>= 1)', ['Package: b\nProvides: mta'], []],
    ['what is provided with a version', 'mta (>= 1)', ['Package: b\nProvides: mta (= 2)'], [['b:amd64']]],
    ['any architecture', 'b:any', ['Package: b'], [['b:amd64']]],
    ['another architecture', 'b:i386', ['Package: b', 'Package: b\nArchitecture: i386'], [['b:i386']]],
    [
      'the own architecture first',
      'b',
      ['Package: b\nArchitecture: i386', 'Package: b'],
      [['b:amd64', 'b:i386']],
    ],
    ['what is not there', 'b', [], []],
    ['what is gone but for its settings', 'b', ['Package: b\nStatus: deinstall ok config-files'], []],
  ])('%s: %s', async (_, depends, others, found) => {
    expect(await needs([`Package: a\nDepends: ${depends}`, ...others])).toEqual(found);
    expect(await needs([`Package: a\nPre-Depends: ${depends}`, ...others])).toEqual(found);
  });
});

test('what apt brought along, what is essential, and what a list is called', async () => {
  const [a, liba, all] = await graph(
    [
      'Package: a\nEssential: yes\nPriority: required',
      'Package: liba\nMulti-Arch: same',
      'Package: all\nArchitecture: all\nProtected: yes',
    ],
    'Package: liba\nArchitecture: amd64\nAuto-Installed: 1\n\nPackage: all\nArchitecture: amd64\nAuto-Installed: 1\n\nPackage: a\nArchitecture: amd64\nAuto-Installed: 0\n',
  );
  expect(a).toMatchObject({ isEssential: true, isRequired: true, isAutomatic: false, listName: 'a' });
  expect(liba).toMatchObject({
    isEssential: false,
    isRequired: false,
    isAutomatic: true,
    listName: 'liba:amd64',
  });
  expect(all).toMatchObject({ isEssential: true, isAutomatic: true });
});

describe('alternatives', () => {
  const text =
    'auto\n/usr/bin/vi\nvi.1.gz\n/usr/share/man/man1/vi.1.gz\n\n/usr/bin/nvi\n10\n/usr/share/man/man1/nvi.1.gz\n/usr/bin/vim\n30\n\n\n';
  test('are read and written', () => {
    const group = parseAlternatives('vi', text);
    expect(group).toMatchObject({
      link: '/usr/bin/vi',
      slaves: [{ name: 'vi.1.gz', link: '/usr/share/man/man1/vi.1.gz' }],
      choices: [{ path: '/usr/bin/nvi' }, { path: '/usr/bin/vim' }],
    });
    expect(group && formatAlternatives(group)).toBe(text);
  });
  test.each(['', 'auto\n', 'x\n/usr/bin/vi\n\n'])('%j is none', (other) => {
    expect(parseAlternatives('x', other)).toBeUndefined();
  });
});
