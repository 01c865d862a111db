import { describe, expect, it } from 'vitest';
import { evaluateMarker } from './index.ts';

const environment = {
  python_version: '3.11',
  python_full_version: '3.11.9',
  platform_release: '6.1.0-13-amd64',
  platform_python_implementation: 'CPython',
  sys_platform: 'linux',
  os_name: 'posix',
  extra: '',
};

describe('environment markers', () => {
  it.each<[marker: string, expected: boolean | undefined, reason: string]>([
    ['python_version >= "3.9"', true, 'as versions, not as texts: 3.11 is newer than 3.9'],
    ["'3.12' > python_version", true, 'the variable on the right'],
    ['python_version ~= "3.10"', true, 'compatible release'],
    ['python_version == "3.*"', true, 'a wildcard'],
    ['sys_platform == "linux" and extra == "dev"', false, 'extras are off'],
    ['extra == "dev" or sys_platform == "linux" and os_name == "nt"', false, 'and binds closer than or'],
    ['(extra == "dev" or sys_platform == "linux") and os_name == "posix"', true, 'brackets'],
    ['sys_platform in "linux darwin"', true, 'in'],
    ['sys_platform not in "win32 cygwin"', true, 'not in'],
    ['platform_release >= "5"', true, 'no version: compared as text'],
    ['os.name == "posix"', true, 'the dotted spelling of PEP 345'],
    ['python_implementation == "CPython"', true, 'the old name'],
    ['gpu == "yes"', undefined, 'no such variable'],
    ['python_version >=', undefined, 'cut off'],
    ['(python_version >= "3"', undefined, 'an open bracket'],
    ['python_version >= "3" sys_platform', undefined, 'more than one expression'],
  ])('%s is %s: %s', (marker, expected) => {
    expect(evaluateMarker(marker, environment)).toBe(expected);
  });
});
