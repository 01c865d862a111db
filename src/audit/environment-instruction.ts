/** True for an ENV as builders record it: `ENV A=1`, and `/bin/sh -c #(nop)  ENV A=1` of the classic one. */
export function isEnvironmentInstruction(createdBy: string): boolean {
  return /^(?:\/bin\/sh -c #\(nop\)\s+)?ENV\s/.test(createdBy);
}
