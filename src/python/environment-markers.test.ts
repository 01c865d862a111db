import { describe, expect, test } from 'vitest';
import { runProcess } from '../base/index.ts';
import { extrasIn, judgeMarker, linuxEnvironment } from './index.ts';

const environment = linuxEnvironment('3.11.7');

// What pip 23.2 says of each with `packaging` 21.3 in that environment; the extra is empty but where the marker names one.
const cases: readonly (readonly [marker: string, extra: string, applies: boolean, why: string])[] = [
  ['python_version < "3.9"', '', false, 'versions, not text: 3.11 is above 3.9'],
  ['python_version >= "3.9" and python_version < "4"', '', true, 'both sides of a chain'],
  ["python_full_version == '3.11.*'", '', true, 'a version with a wildcard'],
  ['python_version ~= "3.10"', '', true, 'compatible release'],
  ['"3.10" < python_version', '', true, 'the name may stand on the right'],
  ['sys_platform == "win32"', '', false, 'text'],
  ['platform_system=="Linux"', '', true, 'no blanks'],
  [
    "sys_platform != 'win32' and (platform_machine == 'x86_64' or platform_machine == 'AMD64')",
    '',
    true,
    'brackets',
  ],
  ['platform_machine in "x86_64 aarch64"', '', true, 'part of a text'],
  ['platform_machine not in "x86_64"', '', false, 'the opposite'],
  ['os.name == "posix"', '', true, 'an old name'],
  ["python_implementation == 'CPython'", '', true, 'the old name of an implementation'],
  ['extra == "standard"', '', false, 'no extra is asked for'],
  ['extra == "standard"', 'standard', true, 'the extra that is asked for'],
  ['extra == "Dev_Tools"', 'dev-tools', true, 'extras are normalised'],
  ['extra != "x"', '', true, 'inequality of an extra'],
  ['python_version < "3" and extra == "x" or os_name == "posix"', '', true, 'and binds closer than or'],
  ['extra == "dev" or sys_platform == "linux" and os_name == "nt"', '', false, 'and binds closer than or'],
  ['(extra == "dev" or sys_platform == "linux") and os_name == "posix"', '', true, 'brackets'],
  ['python_version == "3.*"', '', true, 'a wildcard in place of the minor version'],
  ['sys_platform == "linux" and extra == "dev"', '', false, 'extras are off'],
  ['sys_platform not in "win32 cygwin"', '', true, 'in none of several'],
];

test.each(cases)('%s with extra %j: %s, %s', (marker, extra, applies) => {
  expect(judgeMarker(marker, environment, { extra })).toBe(applies);
});

describe('what cannot be judged', () => {
  const unknown = undefined;
  test.each<[marker: string, holds: boolean | undefined, why: string]>([
    ['python_version', unknown, 'no comparison'],
    ['python_version <', unknown, 'cut off'],
    ['unknown_name == "1"', unknown, 'no such variable'],
    ['os_name == "posix" or gpu == "yes"', unknown, 'no such variable beside what holds'],
    ['(os_name == "posix"', unknown, 'an open bracket'],
    ['os_name == "posix" os_name', unknown, 'more than one expression'],
    ['', unknown, 'nothing'],
    ['"a" == "a"', unknown, 'two texts ask for nothing'],
    ['os_name ~= "posix"', unknown, 'no text is compatible with another'],
    ['os_name === "posix"', unknown, 'PEP 440 has arbitrary equality for versions alone'],
    ['os_name == "posix" or python_version ~= "surprise"', unknown, 'pip gives up at the second half'],
    ['extras in "gpu"', unknown, 'a set is no part of a text'],
    ['platform_release >= "6"', unknown, 'only the running kernel knows'],
    ['platform_release >= "6" and os_name == "nt"', false, 'whatever the kernel: the rest decides'],
    ['platform_release >= "6" or os_name == "posix"', true, 'whatever the kernel: the rest decides'],
    ['"dev" in dependency_groups', unknown, 'nobody has said which groups are wanted'],
  ])('%s is %s: %s', (marker, holds) => {
    expect(judgeMarker(marker, environment)).toBe(holds);
  });

  test('brackets without end are none either', () => {
    const brackets = `${'('.repeat(100_000)}os_name == "posix"${')'.repeat(100_000)}`;
    expect(judgeMarker(brackets, environment)).toBeUndefined();
  });
});

// `packaging` 26.3, PEP 508 as it stands.
test.each<[marker: string, holds: boolean, why: string]>([
  ['platform_release >= "5"', false, 'a release that is no version is in no specifier'],
  ['platform_release != "5"', false, 'not even in one that excludes'],
  ['platform_release === "6.1.0-13-amd64"', true, 'but it may be that very text'],
  ['python_version >= "3.11.*"', false, 'a prefix has no order: no specifier, so compared as texts'],
  ['python_version == "v3.11"', true, 'a version may begin with v'],
  ['python_version == "3.8, 3.11"', false, 'one version, not a list'],
  ['python_version in "3.8, 3.11"', true, 'a part of a text'],
  ['"3" in python_version', true, 'the other way round'],
  ['os_name <= "posix"', true, 'texts have no order: equality'],
  ['os_name < "z"', false, 'texts have no order: nothing'],
  ["sys_platform not  in'win32'", true, 'blanks inside, none behind'],
  ["'linux'in sys_platform and(os_name=='posix')", true, 'words need no blanks'],
])('%s is %s: %s', (marker, holds) => {
  expect(judgeMarker(marker, { ...environment, platform_release: '6.1.0-13-amd64' })).toBe(holds);
});

test.each<[marker: string, holds: boolean, why: string]>([
  ['"Dev_Tools" in dependency_groups', true, 'names are normalised'],
  ['"docs" not in dependency_groups', true, 'not asked for'],
  ['"gpu" in extras and python_version >= "3.9"', false, 'no extra was asked for'],
])('of a lock file, %s is %s: %s', (marker, holds) => {
  expect(judgeMarker(marker, environment, { extras: [], dependencyGroups: ['dev-tools'] })).toBe(holds);
});

test('the extras that a marker names', () => {
  expect(extrasIn('(python_version < "3.9" and extra == "Dev_x") or "all" == extra')).toEqual([
    'dev-x',
    'all',
  ]);
  expect(extrasIn('sys_platform == "linux"')).toEqual([]);
});

describe('with the Python of this machine', async () => {
  const script = `
import json, sys
from pip._vendor.packaging.markers import Marker
print(json.dumps([Marker(m).evaluate({**json.loads(sys.argv[2]), "extra": e}) for m, e in json.loads(sys.argv[1])]))`;
  // What old pips do not know: normalised extras.
  const asked = cases.filter(([, extra]) => extra !== 'dev-tools').map(([marker, extra]) => [marker, extra]);
  const answer = await runProcess('python3', [
    '-c',
    script,
    JSON.stringify(asked),
    JSON.stringify(environment),
  ]).catch(() => undefined);
  test.skipIf(answer?.code !== 0)('pip says the same of every marker', () => {
    expect(JSON.parse(answer?.stdout ?? '')).toEqual(
      asked.map(([marker = '', extra = '']) => judgeMarker(marker, environment, { extra })),
    );
  });
});
