import { posix } from 'node:path';
import { parse } from 'smol-toml';
import type { ProjectTool } from '../project-tool-command.ts';
import { isPlainBackend } from './plain-backend.ts';
import type { RewriteFacts } from './rewrite.ts';

/** What the manifest of a project says about installing and starting it. */
export interface ToolManifest {
  /** True when the tool installs the project itself, too, not only what it depends on. */
  readonly isPackage: boolean;
  /** Names that the tool's `run` looks up in the manifest before it looks for a program: `[tool.pdm.scripts]`. */
  readonly taskNames: ReadonlySet<string>;
  /** Names of console scripts that exist once the project itself is installed. */
  readonly scriptNames: ReadonlySet<string>;
  /** Why installing the project leaves files in the source tree, or undefined: `maturin compiles`. */
  readonly writesIntoSource: string | undefined;
  /** True when dependencies are taken from the build context: path and workspace sources. */
  readonly hasLocalSources: boolean;
}

const manifestNames: Readonly<Record<ProjectTool, string>> = {
  uv: 'pyproject.toml',
  poetry: 'pyproject.toml',
  pdm: 'pyproject.toml',
  pipenv: 'Pipfile',
};

/** Reads the manifest of a tool in a folder of the build context; undefined when it is not known or cannot be read. */
export function readToolManifest(
  facts: RewriteFacts,
  folder: string,
  tool: ProjectTool,
): ToolManifest | undefined {
  const text = facts.contextManifests?.get(posix.join(folder, manifestNames[tool]));
  if (text === undefined) return undefined;
  try {
    const document: unknown = parse(text);
    return manifestOf(document, text, tool);
  } catch {
    // What cannot be parsed is not known.
    return undefined;
  }
}

function manifestOf(document: unknown, text: string, tool: ProjectTool): ToolManifest {
  const backend = valueAt(document, 'build-system', 'build-backend');
  const isUvPackage = valueAt(document, 'tool', 'uv', 'package');
  const tasks =
    tool === 'pipenv' ? valueAt(document, 'scripts') : valueAt(document, 'tool', 'pdm', 'scripts');
  return {
    isPackage: isPackage(document, tool, isUvPackage),
    taskNames: new Set(tool === 'pdm' || tool === 'pipenv' ? keysOf(tasks) : []),
    scriptNames: new Set([
      ...keysOf(valueAt(document, 'project', 'scripts')),
      ...(tool === 'poetry' ? keysOf(valueAt(document, 'tool', 'poetry', 'scripts')) : []),
    ]),
    writesIntoSource: writesIntoSource(backend, text),
    hasLocalSources: /^[^#\n]*(\bpath\s*=|\bworkspace\s*=|\[tool\.uv\.workspace\]|file:)/m.test(text),
  };
}

function isPackage(document: unknown, tool: ProjectTool, isUvPackage: unknown): boolean {
  if (tool === 'pipenv') return false;
  if (tool === 'uv')
    return typeof isUvPackage === 'boolean' ? isUvPackage : valueAt(document, 'build-system') !== undefined;
  if (tool === 'poetry') return valueAt(document, 'tool', 'poetry', 'package-mode') !== false;
  return valueAt(document, 'build-system') !== undefined;
}

function writesIntoSource(backend: unknown, text: string): string | undefined {
  if (typeof backend === 'string' && !isPlainBackend(backend))
    return `its build backend ${backend} may compile`;
  const written =
    /^\s*(\[tool\.poetry\.build\]|version[-_]file|write_to|ext-modules|\[\[?tool\.setuptools\.ext-modules)/m.exec(
      text,
    );
  return written === null ? undefined : `\`${written[0].trim()}\` makes files there`;
}

/** The value at a path of tables, or undefined. */
function valueAt(document: unknown, ...path: readonly string[]): unknown {
  let value = document;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([name]) => name === key)?.[1];
  }
  return value;
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}
