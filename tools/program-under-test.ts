import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The file that Node runs as `plimsoll`: the sources as they are now, in the form that users get. */
    program: string;
  }
}

const root = join(import.meta.dirname, '..');
/** Where the first project to start leaves it for the others. */
const variable = 'PLIMSOLL_PROGRAM_UNDER_TEST';

/**
 * Vitest's global setup: makes of the sources the program that tests start as a process, in a place of its own, as `npm run build`
 * would but for types. It starts with a tenth of the work that hundreds of modules cost. What Node compiles of it, and of other
 * programs that tests start, is kept for the next start.
 */
export function setup(project: TestProject): (() => void) | undefined {
  const made = process.env[variable];
  if (made !== undefined) {
    project.provide('program', made);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'program-'));
  const program = join(folder, 'dist', 'cli', 'main.js');
  layOut(folder, program);
  build(join(folder, 'dist'), program);
  project.onTestsRerun(() => build(join(folder, 'dist'), program));
  project.provide('program', program);
  // Workers are started later, with this environment.
  process.env[variable] = program;
  process.env['NODE_COMPILE_CACHE'] = join(folder, 'code');
  return () => {
    delete process.env[variable];
    delete process.env['NODE_COMPILE_CACHE'];
    rmSync(folder, { recursive: true, force: true });
  };
}

/** What a package has beside `dist/`. */
function layOut(folder: string, program: string): void {
  mkdirSync(join(program, '..'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  for (const name of ['docs', 'node_modules']) symlinkSync(join(root, name), join(folder, name));
}

/** The entry is no part of the bundle: an older Node has to be able to read it. */
function build(dist: string, program: string): void {
  const entry = readFileSync(join(root, 'src/cli/main.ts'), 'utf8');
  writeFileSync(
    program,
    stripTypeScriptTypes(entry).replace("import('./command-line.ts')", "import('./command-line.js')"),
  );
  for (const step of ['copy-assets.mjs', 'bundle.mjs'])
    execFileSync(process.execPath, [join(root, 'tools', step), dist], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  // Without it no build is named: each run of a test works everything out anew, as with sources.
  rmSync(join(dist, 'build.json'));
}
