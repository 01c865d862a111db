/** A group of alternatives (update-alternatives(1)): names in the system that one of several programs goes by. */
export interface AlternativeGroup {
  readonly name: string;
  /** The generic name: `/usr/bin/editor`; its link in `/etc/alternatives` has the group's name. */
  readonly link: string;
  readonly slaves: readonly { readonly name: string; readonly link: string }[];
  readonly choices: readonly { readonly path: string; readonly lines: readonly string[] }[];
  readonly mode: string;
}

/**
 * Reads a file of `var/lib/dpkg/alternatives`; undefined where it is none.
 *
 *     auto
 *     /usr/bin/cc
 *     cc.1.gz                          slaves: a name and a link each
 *     /usr/share/man/man1/cc.1.gz
 *                                      an empty line ends them
 *     /usr/bin/gcc                     choices: path, priority, a path for each slave
 *     20
 *     /usr/share/man/man1/gcc.1.gz
 *                                      an empty line ends them
 */
export function parseAlternatives(name: string, text: string): AlternativeGroup | undefined {
  const lines = text.split('\n');
  const [mode, link] = lines;
  if ((mode !== 'auto' && mode !== 'manual') || link?.startsWith('/') !== true) return undefined;
  const slaves: { name: string; link: string }[] = [];
  let at = 2;
  for (; (lines[at] ?? '') !== ''; at += 2) {
    slaves.push({ name: lines[at] ?? '', link: lines[at + 1] ?? '' });
  }
  const choices: { path: string; lines: string[] }[] = [];
  for (at += 1; (lines[at] ?? '') !== ''; at += 2 + slaves.length) {
    choices.push({ path: lines[at] ?? '', lines: lines.slice(at, at + 2 + slaves.length) });
  }
  return { name, link, slaves, choices, mode };
}

/** The file of a group. */
export function formatAlternatives({ mode, link, slaves, choices }: AlternativeGroup): string {
  const head = [mode, link, ...slaves.flatMap((slave) => [slave.name, slave.link])];
  return `${[...head, '', ...choices.flatMap(({ lines }) => lines), ''].join('\n')}\n`;
}
