import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { normaliseName, parseRequirements } from './index.ts';

/** A line of a requirements file as pip sees it: name, extras, clauses, whether there is a marker, hashes, whether it is a place. */
type Asked = readonly [string, readonly string[], readonly string[], boolean, readonly string[], boolean];

const oracle = new URL('fixtures/pip-oracle.py', import.meta.url).pathname;
const hasPip = spawnSync('python3', ['-c', 'import pip._internal.req.req_file']).status === 0;

/** Every `step`th of all combinations of the parts. */
function combinations(step: number, ...parts: readonly (readonly string[])[]): string[] {
  const all = parts.reduce<string[]>(
    (lines, part) => lines.flatMap((line) => part.map((text) => line + text)),
    [''],
  );
  return all.filter((_, position) => position % step === 0);
}

const hash = `--hash=sha256:${'a'.repeat(64)}`;
const lines = [
  ...combinations(
    31,
    ['numpy', 'Scikit_Learn', 'zope.interface', '-bad', 'bad-'],
    ['', '[x]', ' [ A_b , c ]', '[]', '[a b]', '[x'],
    [
      '',
      '==1.0',
      '>=1,<2',
      ' ~= 1.4',
      '==1.*',
      '===1.0-odd',
      '==1.0+cpu',
      '(>=1)',
      '~=1',
      '>=1.*',
      '=1',
      '1.0',
      '>=1 , <2',
    ],
    [
      '',
      ' ; python_version < "3.12"',
      ';os_name not in "a b" and (extra == \'x\')',
      ' ;',
      '; bogus == "1"',
      '; python_version > 3',
    ],
    ['', '  # comment', '#tight', ` ${hash}`, ' --hash=md5:0', ' --pre', ' --no-such'],
  ),
  ...combinations(
    2,
    ['a @ ', 'a[x]@', ''],
    [
      'https://host/a-1.0-py3-none-any.whl',
      'git+https://host/x.git@v1#egg=a',
      'https://host/a.zip',
      'https://host/a.whl',
    ],
    ['', ' ; os_name == "posix"', ';os_name == "posix"', ' # comment'],
  ),
  ...[
    '--index-url https://h',
    '-i',
    '--pre --no-index',
    '--no-bin :all:',
    '-ihttps://h -f ./l',
    '--bogus',
    '--no-index=1',
    '--pre word',
  ],
  ...[
    'numpy \\\n  >=1',
    'numpy>=1 \\\n# comment\nflask',
    'numpy\\\n',
    'a\u2028b\x0cc',
    '\\\n\\\nnumpy',
    `numpy \\\n    ${hash} \\\n    ${hash}`,
  ],
];

describe.skipIf(!hasPip)('requirements against pip’s own parser', () => {
  test(`${lines.length} files ask for the same, and pip refuses what is a problem here`, () => {
    const run = spawnSync('python3', [oracle], {
      input: JSON.stringify(lines),
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
    const answers: (readonly Asked[] | null)[] = JSON.parse(run.stdout); // Written by the oracle.
    // pip before 24.1 takes versions that PEP 440 does not know, and before 25 any text behind `#egg=`.
    const isLenient = (line: string): boolean => /(~=1(?!\.)|>=1\.\*|[=\d*]#tight|egg=a;)/.test(line);
    const differing = lines.flatMap((line, position) => {
      if (isLenient(line)) return [];
      const file = parseRequirements('r.txt', line);
      const ours =
        file.problems.length > 0 ? null : file.lines.map(askedOf).filter((one) => one !== undefined);
      const theirs = answers[position]?.map(normalised) ?? null;
      return JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [{ line, ours, theirs }];
    });
    expect(differing).toEqual([]);
  });
});

function normalised([name, extras, clauses, ...rest]: Asked): Asked {
  const ofWheel = clauses.map((clause) => clause.replace(/\s/g, ''));
  return [normaliseName(name), extras.map(normaliseName).sort(), ofWheel, ...rest];
}

function askedOf(line: ReturnType<typeof parseRequirements>['lines'][number]): Asked | undefined {
  if (line.kind !== 'requirement' && line.kind !== 'reference') return undefined;
  const hashes = line.hashes.map((one) => one.replace(/^\w+:/, '')).sort();
  const isPlace = line.kind === 'reference' || line.url !== undefined;
  const clauses =
    line.kind === 'reference' || line.url !== undefined
      ? []
      : line.specifier.split(',').filter(Boolean).sort();
  return [
    line.name ?? '',
    [...new Set(line.extras)].sort(),
    clauses,
    line.marker !== undefined,
    hashes,
    isPlace,
  ];
}
