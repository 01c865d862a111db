/** One way in that a server offers (RFC 9110, section 11.6.1). */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Parameters by their name in lower case; the first of several with one name. */
  readonly parameters: ReadonlyMap<string, string>;
}

// Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/python:pull,push"
// Negotiate, Basic realm="a \"quoted\" realm", charset="UTF-8"

const tokenPattern = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const token68Pattern = /[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;
const quotedPattern = /"((?:[^"\\]|\\.)*)"/sy;
// Some servers leave the quotes out around an address, which no token may hold.
const barePattern = /[^\s,"]+/y;

/**
 * Reads the `WWW-Authenticate` headers of an answer, joined by commas: several challenges, quoted commas and escapes, bare
 * credentials. What does not follow the grammar ends the reading; the challenges before it stand.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const reader = new HeaderReader(header);
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  for (;;) {
    reader.skip(/[\s,]*/y);
    const name = reader.take(tokenPattern)?.[0];
    if (name === undefined) return challenges;
    const current = challenges.at(-1);
    const isParameter = reader.take(/[ \t]*=[ \t]*/y) !== undefined;
    if (isParameter && current !== undefined) {
      const value = reader.takeValue();
      if (value === undefined) return challenges;
      const key = name.toLowerCase();
      if (!current.parameters.has(key)) current.parameters.set(key, value);
    } else if (isParameter) {
      return challenges;
    } else {
      challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
      reader.skip(/[ \t]*/y);
      reader.skip(token68Pattern);
    }
  }
}

class HeaderReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** What a sticky pattern finds at this place; the reader then stands behind it. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  skip(pattern: RegExp): void {
    this.take(pattern);
  }

  takeValue(): string | undefined {
    const quoted = this.take(quotedPattern)?.[1];
    return quoted === undefined ? this.take(barePattern)?.[0] : quoted.replace(/\\(.)/gs, '$1');
  }
}
