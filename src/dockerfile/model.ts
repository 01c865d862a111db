import type { InstructionSyntax, TextRange } from './syntax/syntax.ts';

/** A build stage: from its FROM to the next. */
export interface Stage {
  readonly position: number;
  /** `AS name`, lower case; undefined when unnamed. */
  readonly name: string | undefined;
  /** The base as written: `python:${VERSION}-slim`. */
  readonly baseAsWritten: string;
  /** With the global ARGs' defaults (and given build arguments) filled in; `baseStage` is set when it names an earlier stage. */
  readonly base: string;
  readonly baseStage: number | undefined;
  /** `--platform=…`, as written. */
  readonly platform: string | undefined;
  readonly from: InstructionSyntax;
  /** Without the FROM. */
  readonly instructions: readonly Instruction[];
  /** The state behind the last instruction: what a stage that starts from this one inherits. */
  readonly after: StageState;
}

/** The state that an instruction runs in, inherited through stages of this file; what the base image sets is unknown here. */
export interface StageState {
  /** ENV of this file. A reference to a variable that this file does not set stands in a value as written: `/opt/venv/bin:$PATH`. */
  readonly env: Readonly<Record<string, string>>;
  /** Declared ARGs; undefined for one without a value. */
  readonly args: Readonly<Record<string, string | undefined>>;
  /** ENV and ARG together, as `$NAME` sees them: what was set last counts. */
  readonly variables: Readonly<Record<string, string>>;
  /** Undefined where the base image decides, also for a relative WORKDIR on top of an unknown one. */
  readonly workdir: string | undefined;
  readonly user: string | undefined;
  readonly shell: readonly string[];
}

/** An instruction with the state before it. */
export interface Instruction {
  readonly syntax: InstructionSyntax;
  readonly stage: number;
  readonly before: StageState;
  /**
   * What a shell reads of a RUN, parsed: its shell form, or the program in `["bash", "-c", "…"]`. Undefined for all else and for text that is no
   * parseable POSIX shell or bash.
   */
  readonly commands: readonly ShellCommand[] | undefined;
  /** Where the text of `commands` stands: in a JSON form, between the quotes of the program. */
  readonly script: TextRange | undefined;
  /** Texts in quotes that `commands` holds the commands of: `sh -c '…'`. What is put there must leave the quotes whole. */
  readonly quoted: readonly QuotedText[];
}

/** A program text in quotes. */
export interface QuotedText {
  /** Between the quotes. */
  readonly range: TextRange;
  readonly quote: "'" | '"' | 'json';
}

/** One simple command inside a RUN, in source order, wherever it stands (chain, if, loop, subshell, heredoc). */
export interface ShellCommand {
  /**
   * Words with quotes removed; a word with an expansion keeps it as written (`$VERSION`). Assignments before the name are left out, and so are
   * programs that only start the command: `env A=1`, `timeout 5`, `nice`.
   */
  readonly words: readonly string[];
  /** Range of each word in the Dockerfile's text (not in `value`). */
  readonly wordRanges: readonly TextRange[];
  /** Range of the whole simple command in the Dockerfile's text. */
  readonly range: TextRange;
  /** `NAME=value` before the command, and behind `env`. */
  readonly assignments: readonly string[];
  /** True when it runs unconditionally as a link of the RUN's top-level `&&`/`;`/newline chain: not in a pipe, not behind `||`, not in a group, subshell or loop. */
  readonly isTopLevel: boolean;
  /** The branches of `if` that it stands in, the outer ones first; absent where it stands in none. */
  readonly branches?: readonly Branch[];
  /** What it starts, where that does not run as the same text would in the RUN itself: `su app -c '…'`, `xargs pip install`. */
  readonly inner?: InnerProgram;
}

/** A branch of an `if`: it is run where the condition holds, or where it does not. */
export interface Branch {
  /** As written: `[ "$DEV" = true ]`. */
  readonly condition: string;
  readonly holds: boolean;
}

/** A program that a command starts in another way than the RUN would. */
export interface InnerProgram {
  /** What is different, in words that follow `because`: `a login shell sets PATH anew`. */
  readonly because: string;
  /** Its commands, as far as they can be read: to be looked at, not to be changed. */
  readonly commands: readonly ShellCommand[];
}

/** A Dockerfile resolved into stages. */
export interface DockerfileModel {
  /** ARG before the first FROM. */
  readonly globalArgs: readonly Instruction[];
  readonly stages: readonly Stage[];
  /** Position of the stage that is built: the named target, or the last. */
  readonly target: number;
}

export type { TextRange };
