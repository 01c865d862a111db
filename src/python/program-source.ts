import { type ProgramRow, programsTable } from './knowledge/programs.ts';

/** Where a program is from, as far as a list of requirements tells. */
export interface ProgramSource {
  /** Distributions that install it; one is enough. */
  readonly distributions: readonly string[];
  /** The requirement that brings it: `uvicorn`, `fastapi[standard]`. */
  readonly install: string;
  /** Distributions that require one of them: `mcp`, `ray[serve]`, `flask-*`. */
  readonly broughtBy: readonly string[];
}

/** Where a program is from; undefined for a program that the table does not know. */
export function programSource(program: string): ProgramSource | undefined {
  if (!Object.hasOwn(programsTable.programs, program)) return undefined;
  const row: ProgramRow | undefined = programsTable.programs[program];
  return row && { ...row, install: row.install ?? row.distributions[0] ?? program };
}
