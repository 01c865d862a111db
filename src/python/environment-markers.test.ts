import { describe, expect, test } from 'vitest';
import { runProcess } from '../base/index.ts';
import { extrasIn, linuxEnvironment, markerApplies, parseMarker } from './index.ts';

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
];

test.each(cases)('%s with extra %j: %s, %s', (marker, extra, applies) => {
  expect(markerApplies(marker, environment, extra)).toBe(applies);
});

test.each([
  ['python_version'],
  ['python_version <'],
  ['unknown_name == "1"'],
  ['(os_name == "posix"'],
  ['os_name == "posix" os_name'],
])('%s is no marker, so what it stands behind is counted in', (text) => {
  expect(parseMarker(text)).toBeUndefined();
  expect(markerApplies(text, environment)).toBe(true);
});

test('brackets without end are none either', () => {
  expect(parseMarker(`${'('.repeat(100_000)}os_name == "posix"${')'.repeat(100_000)}`)).toBeUndefined();
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
      asked.map(([marker, extra]) => markerApplies(marker, environment, extra)),
    );
  });
});
