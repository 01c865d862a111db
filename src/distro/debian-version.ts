/**
 * Orders two versions of Debian packages (deb-version(7)): epoch, upstream version, revision; in each, stretches of other characters
 * (`~` before the end, letters before the rest) and numbers in turn. Negative where `one` is the older.
 */
export function compareDebianVersions(one: string, other: string): number {
  const [a, b] = [parts(one), parts(other)];
  return a.epoch - b.epoch || compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision);
}

function parts(version: string): {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
} {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(version.trim()) ?? [];
  const dash = rest.lastIndexOf('-');
  return {
    epoch: Number(epoch),
    upstream: dash === -1 ? rest : rest.slice(0, dash),
    revision: dash === -1 ? '' : rest.slice(dash + 1),
  };
}

function compareParts(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => text.match(/\d+|\D+/g) ?? []);
  // A stretch of other characters comes first, though it be empty.
  const padded = (list: readonly string[] = []): string[] =>
    /^\d/.test(list[0] ?? '') ? ['', ...list] : [...list];
  const [left, right] = [padded(a), padded(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [x, y] = [left[at] ?? '', right[at] ?? ''];
    const order = at % 2 === 1 ? Number(x) - Number(y) : compareTexts(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

function compareTexts(one: string, other: string): number {
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
    const order = weight(one[at]) - weight(other[at]);
    if (order !== 0) return order;
  }
  return 0;
}

/** `~` sorts before the end, letters after it, everything else last. */
function weight(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}
