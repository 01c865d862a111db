/**
 * What a difference means: `break`: the lean image lacks something that the fat one had, and must not be called done;
 * `change`: it behaves otherwise in a way that was asked for or that no request shows; `info`: good to know.
 */
export type DifferenceSeverity = 'break' | 'change' | 'info';

/** Which comparison saw it. */
export type DifferenceKind =
  | 'runtime'
  | 'import'
  | 'import-output'
  | 'shared-library'
  | 'conflict'
  | 'distribution'
  | 'start'
  | 'start-up-time'
  | 'response'
  | 'header'
  | 'log'
  | 'exit-code'
  | 'output';

/** Names that lead to the edit which caused a difference. */
export interface DifferenceHints {
  /** A shared library by the name under which it is loaded, `libGL.so.1`. */
  readonly soname?: string;
  /** A Python module that is missing, `PIL.Image`. */
  readonly module?: string;
  /** A distribution as its metadata spells it, `opencv-python`. */
  readonly distribution?: string;
}

/** One way in which the lean image does not do what the fat one does. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly severity: DifferenceSeverity;
  /** What was compared: an import statement, a probe with a JSON path, a library with what it needs. */
  readonly what: string;
  /** What the fat image shows, in words or as the value itself. */
  readonly fat: string;
  readonly lean: string;
  readonly hints: DifferenceHints;
}

/** A distribution that the lean image is meant to hold in place of another; the same name twice when only its version or build changes. */
export interface ExpectedSwap {
  readonly from: string;
  readonly to: string;
}

/** The hints that are known, without the others. */
export function hintsOf(
  known: {
    readonly [Key in keyof DifferenceHints]: string | null | undefined;
  },
): DifferenceHints {
  return {
    ...(known.soname ? { soname: known.soname } : {}),
    ...(known.module ? { module: known.module } : {}),
    ...(known.distribution ? { distribution: known.distribution } : {}),
  };
}
