/** One bench of `npm run bench`. */
export interface Bench {
  readonly name: string;
  /** One line: what it measures. */
  readonly summary: string;
  /** Its options and arguments, as they are typed after the name. */
  readonly usage: string;
  /** Measures and prints to standard output; resolves to the exit code: 0, or 1 when what it shall show did not hold. */
  run(words: readonly string[], signal: AbortSignal): Promise<number>;
}
