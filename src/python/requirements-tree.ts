import { posix } from 'node:path';
import {
  type InstallLine,
  parseRequirements,
  type RequirementsFile,
  type RequirementsProblem,
} from './requirements.ts';
import type { RequirementOption } from './requirements-options.ts';

/** A requirement with the file that asks for it. */
export interface RequestedLine {
  readonly path: string;
  readonly line: InstallLine;
  /** From a constraints file: limits versions, installs nothing. */
  readonly isConstraint: boolean;
}

/** A requirements file with everything that it includes. */
export interface RequirementsTree {
  /** In the order in which pip reads them, the entry file first, each once. */
  readonly files: readonly RequirementsFile[];
  readonly requested: readonly RequestedLine[];
  /** Option lines of all files in reading order (index URLs, find-links, …). */
  readonly options: readonly (RequirementOption & { readonly path: string; readonly line: number })[];
  /** Bad lines, missing files, cycles and remote includes. */
  readonly problems: readonly RequirementsProblem[];
}

/** Gives a file's content, or undefined when there is none. Paths are relative to the project, with `/`. */
export type ReadFile = (path: string) => Promise<Uint8Array | string | undefined>;

/**
 * Reads a requirements file and follows its `-r` and `-c` lines, relative to the file that holds them.
 * A missing file, a cycle or a URL is a problem with its line, and the reading goes on.
 */
export async function readRequirementsTree(path: string, read: ReadFile): Promise<RequirementsTree> {
  const files = new Map<string, RequirementsFile>();
  const requested: RequestedLine[] = [];
  const options: (RequirementOption & { path: string; line: number })[] = [];
  const problems: RequirementsProblem[] = [];

  const visit = async (visited: {
    path: string;
    isConstraint: boolean;
    chain: readonly string[];
  }): Promise<boolean> => {
    const content = await read(visited.path);
    if (content === undefined) return false;
    const file = parseRequirements(visited.path, content);
    if (!files.has(file.path)) {
      files.set(file.path, file);
      problems.push(...file.problems);
    }
    for (const line of file.lines) {
      if (line.kind === 'requirement' || line.kind === 'reference') {
        requested.push({ path: file.path, line, isConstraint: visited.isConstraint });
      } else if (line.kind === 'option') {
        options.push(...line.options.map((option) => ({ ...option, path: file.path, line: line.startLine })));
      } else if (line.kind === 'include') {
        const isConstraint = visited.isConstraint || line.includes === 'constraints';
        await follow({ target: line.target, line: line.startLine, from: visited, isConstraint });
      }
    }
    return true;
  };

  const follow = async (include: {
    target: string;
    line: number;
    from: { path: string; chain: readonly string[] };
    isConstraint: boolean;
  }): Promise<void> => {
    const complain = (message: string): void =>
      void problems.push({ path: include.from.path, line: include.line, message });
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(include.target))
      return complain(`${include.target} is not local; not read`);
    const next = posix.normalize(posix.join(posix.dirname(include.from.path), include.target));
    const chain = [...include.from.chain, include.from.path];
    if (chain.includes(next)) return complain(`includes itself: ${[...chain, next].join(' → ')}`);
    if (!(await visit({ path: next, isConstraint: include.isConstraint, chain })))
      complain(`${next} is missing`);
  };

  if (!(await visit({ path: posix.normalize(path), isConstraint: false, chain: [] }))) {
    problems.push({ path, line: 0, message: `${path} is missing` });
  }
  return { files: [...files.values()], requested, options, problems };
}
