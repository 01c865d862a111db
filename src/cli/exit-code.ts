/** What the process ends with; scripts and CI rely on these four. */
export const exitCodes = {
  /** Done, nothing to complain about. */
  clean: 0,
  /** Findings above the threshold, a failed gate, or a lean image that differs from the fat one. */
  findings: 1,
  /** The command could not do its work: bad input, a failed build, an interruption. */
  error: 2,
  /** The work is done, but whether the result is good cannot be judged. */
  cannotJudge: 3,
} as const;

/** One of the four exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
