/** How one attempt (build the lean image, verify it) ended. */
export interface AttemptOutcome<Value> {
  readonly isPassed: boolean;
  /** Edits that the failure itself points to, the most suspicious first. */
  readonly blamed: readonly string[];
  /** What happened, in one line; for the report of a taken-back edit. */
  readonly what: string;
  readonly value: Value;
}

/** An edit that was taken back, and the failure that it caused. */
export interface TakenBackEdit {
  readonly id: string;
  readonly why: string;
}

/** The last attempt and what it took to get there. */
export interface TakeBackResult<Value> {
  readonly outcome: AttemptOutcome<Value>;
  readonly takenBack: readonly TakenBackEdit[];
  readonly attempts: number;
}

/** What the search needs to know. */
export interface TakeBackOptions<Value> {
  /** The edits that may be at fault, in the order in which they are applied. */
  readonly suspects: readonly string[];
  /** Builds and verifies with all edits but these. */
  readonly attempt: (without: ReadonlySet<string>) => Promise<AttemptOutcome<Value>>;
  /** Told of each edit that is taken back. */
  readonly onTakenBack?: (edit: TakenBackEdit) => void;
}

/**
 * Attempts with all edits; while that fails, finds an edit at fault (the one the failure points to, else by bisection
 * over prefixes of the edits), takes it back and attempts again. Ends when an attempt passes or no suspect is left.
 */
export async function takeBackUntilPassed<Value>(
  options: TakeBackOptions<Value>,
): Promise<TakeBackResult<Value>> {
  const without = new Set<string>();
  const takenBack: TakenBackEdit[] = [];
  let attempts = 1;
  let outcome = await options.attempt(without);
  while (!outcome.isPassed) {
    const suspects = options.suspects.filter((id) => !without.has(id));
    if (suspects.length === 0) break;
    const blamed = outcome.blamed.find((id) => suspects.includes(id));
    const found =
      blamed === undefined ? await bisect(suspects, without, options.attempt) : { id: blamed, attempts: 0 };
    const edit = { id: found.id, why: outcome.what };
    without.add(edit.id);
    takenBack.push(edit);
    options.onTakenBack?.(edit);
    attempts += found.attempts + 1;
    outcome = await options.attempt(new Set(without));
  }
  return { outcome, takenBack, attempts };
}

/** The last edit of the shortest prefix of `suspects` that fails; the whole list is known to fail. */
async function bisect<Value>(
  suspects: readonly string[],
  without: ReadonlySet<string>,
  attempt: TakeBackOptions<Value>['attempt'],
): Promise<{ readonly id: string; readonly attempts: number }> {
  let [passing, failing, attempts] = [0, suspects.length, 0];
  while (failing - passing > 1) {
    const middle = Math.floor((passing + failing) / 2);
    const outcome = await attempt(new Set([...without, ...suspects.slice(middle)]));
    attempts += 1;
    if (outcome.isPassed) passing = middle;
    else failing = middle;
  }
  return { id: suspects[failing - 1] ?? '', attempts };
}
