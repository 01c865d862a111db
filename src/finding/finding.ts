/** How much a finding matters. */
export type Severity = 'error' | 'warning' | 'info';

/** What taking the remedy can break: nothing (`safe`), something that verification shows (`verify`), or a use that nobody can see from here (`opt-in`). */
export type Risk = 'safe' | 'verify' | 'opt-in';

/** Dead bytes are stored but invisible in the final file system; avoidable ones are visible and not needed at run time. */
export type WasteKind = 'dead' | 'avoidable';
