import type { DockerfileSyntax, InstructionSyntax } from './syntax.ts';
import { argumentWords } from './words.ts';

/** A stage as written: its FROM and what follows up to the next. */
export interface StageSyntax {
  readonly from: InstructionSyntax;
  /** Without the FROM. */
  readonly instructions: readonly InstructionSyntax[];
}

/** A FROM taken apart: `FROM --platform=… base AS name`. */
export interface FromSyntax {
  /** As written. */
  readonly base: string;
  /** Lower case, as BuildKit compares stage names. */
  readonly name: string | undefined;
  /** As written. */
  readonly platform: string | undefined;
}

/** The ARGs before the first FROM, and the stages in order. */
export function splitStages(syntax: DockerfileSyntax): {
  readonly globalArgs: readonly InstructionSyntax[];
  readonly stages: readonly StageSyntax[];
} {
  const globalArgs: InstructionSyntax[] = [];
  const stages: { from: InstructionSyntax; instructions: InstructionSyntax[] }[] = [];
  for (const instruction of syntax.instructions) {
    if (instruction.keyword === 'from') stages.push({ from: instruction, instructions: [] });
    else (stages.at(-1)?.instructions ?? globalArgs).push(instruction);
  }
  return { globalArgs, stages };
}

/** What a FROM says. */
export function parseFrom(from: InstructionSyntax): FromSyntax {
  const [base, , name] = argumentWords(from).map((word) => word.text);
  return {
    base: base ?? '',
    name: name?.toLowerCase(),
    platform: from.flags.findLast((flag) => flag.name === 'platform')?.value,
  };
}
