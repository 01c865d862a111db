import { expect, test } from 'vitest';
import { missingPrograms } from './index.ts';

test.each([
  ['/bin/sh: 1: git: not found', ['git'], 'dash'],
  ['sh: git: not found', ['git'], 'busybox'],
  ['bash: line 1: gcc: command not found', ['gcc'], 'bash -c'],
  ['./run.sh: line 3: ffmpeg: command not found', ['ffmpeg'], 'a bash script'],
  ['exec: "git": executable file not found in $PATH: unknown', ['git'], 'runc'],
  ['exec: "/usr/bin/git": stat /usr/bin/git: no such file or directory', ['git'], 'runc, with its folder'],
  ['executable file `git` not found in $PATH: No such file or directory', ['git'], 'crun'],
  ['/usr/bin/env: ‘node’: No such file or directory', ['node'], 'a shebang'],
  ["FileNotFoundError: [Errno 2] No such file or directory: 'git'", ['git'], 'subprocess'],
  ['{"detail":"[Errno 2] No such file or directory: \'git\'"}', ['git'], 'an answer that quotes it'],
  ["FileNotFoundError: [Errno 2] No such file or directory: '/usr/bin/git'", ['git'], 'its whole path'],
  ["FileNotFoundError: [Errno 2] No such file or directory: '/app/data/git'", [], 'a file, no program'],
  ["FileNotFoundError: [Errno 2] No such file or directory: 'data/git'", [], 'a file of the project'],
  ['Error: pg_config executable not found.', ['pg_config'], 'psycopg2'],
  ["error: command 'gcc' failed: No such file or directory", ['gcc'], 'setuptools'],
  ["ERROR: Cannot find command 'git' - do you have 'git' installed and in your PATH?", ['git'], 'pip'],
  ["tesseract is not installed or it's not in your PATH. See README", ['tesseract'], 'pytesseract'],
  ["failed to execute PosixPath('dot'), make sure the executables are on PATH", ['dot'], 'graphviz'],
  ["Command 'git --version' returned non-zero exit status 127.", ['git'], 'subprocess with a shell'],
  ["Command 'git --version' returned non-zero exit status 128.", [], 'the program is there and fails'],
  ['/bin/sh: 1: b: not found\n/bin/sh: 1: a: not found\n/bin/sh: 1: b: not found', ['b', 'a'], 'each once'],
  ['ModuleNotFoundError: no module\n404: not found\nmodel not found', [], 'other things that are not found'],
])('%j: %j, %s', (text, expected, _why) => {
  expect(missingPrograms(text)).toEqual(expected);
});
