/**
 * The ways in which shells, runtimes, Python, pip and build tools say that a program is not there.
 *
 *     /bin/sh: 1: git: not found                       bash: line 1: gcc: command not found
 *     exec: "git": executable file not found in $PATH  exec: "/usr/bin/git": stat /usr/bin/git: no such file
 *     executable file `git` not found in $PATH         env: ‘node’: No such file or directory
 *     FileNotFoundError: [Errno 2] No such file or directory: 'git'
 *     Error: pg_config executable not found.           error: command 'gcc' failed: No such file or directory
 *     ERROR: Cannot find command 'git' - do you have 'git' installed and in your PATH?
 *     tesseract is not installed or it's not in your PATH
 *     Command 'git --version' returned non-zero exit status 127.
 */
const patterns: readonly RegExp[] = [
  /(?:^|:\s+)([\w./+-]+): (?:command )?not found\s*$/gm,
  /exec: \\?"([^"\\\s]+)\\?": (?:executable file not found|stat [^\n]*no such file)/gi,
  /executable file [`'"]?([\w./+-]+)[`'"]? not found/gi,
  /\benv: [‘'"`]?([\w./+-]+)[’'"`]?: No such file or directory/g,
  /No such file or directory: \\?['"]([\w./+-]+)\\?['"]/g,
  /\b([\w+-]+) executable not found\b/g,
  /(?:error: command|unable to execute) '([\w./+-]+)'(?: failed)?: No such file or directory/g,
  /Cannot find command '([\w./+-]+)'/g,
  /\b([\w+-]+) is not installed or (?:it['’]s|is) not (?:in your|on) PATH/gi,
  /failed to execute \w*Path\('([\w./+-]+)'\)/g,
  /Command '([\w./+-]+)[^'\n]*' returned non-zero exit status 127\b/g,
  /\bspawn ([\w./+-]+) ENOENT\b/g,
];

/** Where programs lie: a missing file elsewhere is no missing program. */
const programFolder = /^\/(?:usr\/(?:local\/)?)?s?bin\//;

/**
 * The programs whose absence a text tells of, in the order of their first mention: `git`, `pg_config`. A name may also be that of a
 * missing file that was opened without a folder (`config`): whether there is such a program is for the caller to know.
 */
export function missingPrograms(text: string): readonly string[] {
  const found = patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => ({ at: match.index, word: match[1] ?? '' })),
  );
  const names = found
    .sort((a, b) => a.at - b.at)
    .map(({ word }) => word)
    .filter((word) => !word.includes('/') || programFolder.test(word))
    .map((word) => word.slice(word.lastIndexOf('/') + 1));
  return [...new Set(names)].filter((name) => /^[A-Za-z_]/.test(name));
}
