/** A half-open range of UTF-16 code units in the Dockerfile's text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** `--mount=type=cache,target=/root/.cache/pip` on an instruction. */
export interface InstructionFlag {
  /** `mount`, without dashes. */
  readonly name: string;
  /** Text after `=`, or undefined for a bare flag. */
  readonly value: string | undefined;
  readonly range: TextRange;
}

/** A heredoc of a RUN, COPY or ADD. */
export interface Heredoc {
  /** The delimiter word: `EOF`. */
  readonly name: string;
  /** File descriptor of `3<<EOF`; 0 where none is written. */
  readonly descriptor: number;
  /** `<<-`: leading tabs are taken off. */
  readonly isTabStripped: boolean;
  /** False for a quoted delimiter. */
  readonly isExpanded: boolean;
  readonly content: string;
  /** From the first content line to the end of the terminator line. */
  readonly range: TextRange;
}

/**
 * One instruction as BuildKit's parser sees it, with its place in the text:
 *
 *     RUN --mount=type=cache,target=/c apt-get update \
 *         # a comment inside the continuation
 *         && apt-get install -y git
 */
export interface InstructionSyntax {
  /** Lower case: `from`, `run`, `copy`. */
  readonly keyword: string;
  readonly keywordAsWritten: string;
  readonly flags: readonly InstructionFlag[];
  /** Everything after keyword and flags, continuation lines joined and comments taken out as BuildKit does; not expanded. */
  readonly value: string;
  /** The arguments of the JSON form, or undefined when the instruction is not in (valid) JSON form. */
  readonly json: readonly string[] | undefined;
  readonly heredocs: readonly Heredoc[];
  /** Of the whole instruction, heredocs included, without the final line end. */
  readonly range: TextRange;
  /** Of the raw text of `value` (continuations and inner comments as written). */
  readonly valueRange: TextRange;
  /** First and last line, 1-based. */
  readonly startLine: number;
  readonly endLine: number;
  /** Where each UTF-16 unit of `value` stands in the text: `sourceOffsets[i]` is the offset of `value[i]`; its length is `value.length + 1`. */
  readonly sourceOffsets: readonly number[];
  /** Comment lines directly above (no empty line between), as written, without line ends. */
  readonly leadingComments: readonly string[];
  /** Start of the block: of the first leading comment, or of the instruction. */
  readonly blockStart: number;
}

/** A parser directive: `# syntax=docker/dockerfile:1`, `# escape=\``, `# check=skip=…`. */
export interface Directive {
  readonly name: string;
  readonly value: string;
  readonly range: TextRange;
}

/** A Dockerfile's text and what it says. `text` is never changed; edits are splices (see `applyEdits`). */
export interface DockerfileSyntax {
  readonly text: string;
  readonly directives: readonly Directive[];
  readonly escape: '\\' | '`';
  readonly instructions: readonly InstructionSyntax[];
}

/** A replacement of one range; the ranges of one set of edits do not overlap. */
export interface TextEdit {
  readonly range: TextRange;
  readonly newText: string;
  /** What of `newText` was moved or copied from elsewhere in the text. */
  readonly origins?: readonly TextOrigin[];
}

/** A part of a new text, and the place in the old one of the instruction that it was. */
export interface TextOrigin {
  readonly range: TextRange;
  readonly from: number;
}
