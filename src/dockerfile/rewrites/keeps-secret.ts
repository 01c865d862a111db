import type { ShellCommand } from '../model.ts';

/** True for a command that writes what it is told into a file: `git clone`, `pip config set`, `docker login`, `echo … > ~/.netrc`. */
export function keepsSecret({ words, range }: ShellCommand, text: string): boolean {
  const [program = '', action = ''] = words;
  if (program === 'git' && ['clone', 'config', 'remote', 'submodule'].includes(action)) return true;
  return (
    words.includes('config') || words.includes('login') || text.slice(range.start, range.end).includes('>')
  );
}
