/** What an interruption ended while an engine was at work: its build cache keeps what was done. */
export class InterruptedBuildError extends Error {
  override readonly name = 'InterruptedBuildError';
}
