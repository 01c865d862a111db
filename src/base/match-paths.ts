/**
 * Tells the paths that any of the patterns is about. `*`, `?` and `[…]` stay within a name, `**` crosses directories; a
 * pattern without a slash is looked for at any depth, one with a slash from the root; what matches a directory matches all below it.
 *
 *     __pycache__      var/log/**      *.pyc      /etc/hostname
 */
export function matchPaths(patterns: readonly string[]): (path: string) => boolean {
  const expressions = patterns.map(expressionOf);
  return (path) => expressions.some((expression) => expression.test(path));
}

function expressionOf(pattern: string): RegExp {
  const trimmed = pattern.replace(/^\.?\/+/, '').replace(/\/+$/, '');
  const isAnchored = /^\.?\//.test(pattern) || trimmed.includes('/');
  return new RegExp(`^${isAnchored ? '' : '(?:.*/)?'}${bodyOf(trimmed)}(?:/.*)?$`, 's');
}

function bodyOf(pattern: string): string {
  return pattern.replace(
    /\*\*\/|\/\*\*$|\*\*|\*|\?|\[(!?)((?:\]|)[^\]]*)\]|[.+^${}()|[\]\\]/g,
    (part, negation: string | undefined, set: string | undefined) => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '/**') return '/.*';
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      if (part === '?') return '[^/]';
      if (set !== undefined && set !== '') {
        return `(?!/)[${negation === '!' ? '^' : ''}${set.replace(/[\\\]^[]/g, '\\$&')}]`;
      }
      return part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
    },
  );
}
