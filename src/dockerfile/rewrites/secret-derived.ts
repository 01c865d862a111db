import type { Instruction } from '../model.ts';
import type { DockerfileSyntax, TextEdit } from '../syntax/syntax.ts';
import { type NameValue, parseNameValues } from '../syntax/words.ts';

/** Variables that only installers read: the running container does without them. */
export const installerVariable: RegExp = /^(PIP_|UV_|POETRY_|PDM_|PIPENV_|TWINE_)/;

/** An ENV, or the default of an ARG, that is put together from a secret. */
export interface DerivedVariable {
  readonly kind: 'env' | 'arg';
  readonly instruction: Instruction;
  readonly pair: NameValue;
}

/** The pairs of an instruction of the given keyword. */
export function pairsOf(
  instruction: Instruction,
  { escape: escapeCharacter }: DockerfileSyntax,
  keyword: string,
): readonly NameValue[] {
  return instruction.syntax.keyword === keyword ? parseNameValues(instruction.syntax, escapeCharacter) : [];
}

/** Does a text refer to a variable? */
export function mentions(text: string, name: string): boolean {
  return new RegExp(`\\$(?:\\{[#!]?)?${name}(?![A-Za-z0-9_])`).test(text);
}

/** A value without the quotes around it. */
export function unquoted({ value = '' }: NameValue): string {
  return value.replace(/^(["'])(.*)\1$/s, '$2');
}

/** The variables that are put together from one, and from those, in order. */
export function derivedVariables(
  name: string,
  behind: readonly Instruction[],
  syntax: DockerfileSyntax,
): readonly DerivedVariable[] {
  const names = [name];
  return behind.flatMap((instruction) =>
    (['env', 'arg'] as const).flatMap((kind) =>
      pairsOf(instruction, syntax, kind).flatMap((pair): DerivedVariable[] => {
        if (!names.some((used) => mentions(pair.value ?? '', used))) return [];
        names.push(pair.name);
        return [{ kind, instruction, pair }];
      }),
    ),
  );
}

/** Variables with those that they are put together from, in the order in which they are set. */
export function withSources(
  used: readonly DerivedVariable[],
  all: readonly DerivedVariable[],
): readonly DerivedVariable[] {
  const needed = new Set(used);
  for (const one of needed)
    for (const other of all) if (mentions(one.pair.value ?? '', other.pair.name)) needed.add(other);
  return all.filter((one) => needed.has(one));
}

/** `NAME="value"` for a shell; what a build hands in for an ARG still counts. */
export function exportOf({ kind, pair }: DerivedVariable): string {
  const value = unquoted(pair);
  return kind === 'env' ? `${pair.name}="${value}"` : `${pair.name}="\${${pair.name}:-${value}}"`;
}

/** `ARG NAME=value` → `ARG NAME`: whoever hands it in may still do so. */
export function withoutDefault({ kind, pair }: DerivedVariable): TextEdit[] {
  return kind === 'arg' ? [{ range: pair.range, newText: pair.name }] : [];
}
