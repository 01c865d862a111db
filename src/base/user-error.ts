/** What a user is told when something expected goes wrong: which file, which place, what to do about it. */
export interface UserErrorDetails {
  /** One sentence: what to do now. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * The one expected throw of the whole program: a problem that its user can act upon.
 * Only `cli/command-line.ts` catches it; it prints message and hint, without a stack, and exits with 2.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly hint: string | undefined;

  constructor(message: string, details: UserErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.hint = details.hint;
  }
}

/** The message of anything thrown, for embedding in a `UserError`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
