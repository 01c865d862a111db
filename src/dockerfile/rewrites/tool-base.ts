import type { Stage } from '../model.ts';
import { readPythonBase } from './python-base.ts';
import type { RewriteFacts } from './rewrite.ts';

const uvImage =
  /^ghcr\.io\/astral-sh\/uv:(?:[\w.]+-)?python(3\.\d+)-(alpine(?:3\.\d+)?|bullseye|bookworm|trixie)(-slim)?$/;

/**
 * The official Python image to run on: the stage's own base, or what an image of uv is built from
 * (`ghcr.io/astral-sh/uv:python3.12-bookworm-slim` → `python:3.12-slim-bookworm`, uv's guide "Using uv in Docker"); undefined for every other base.
 */
export function runtimeBase(stage: Stage): string | undefined {
  if (readPythonBase(stage.base) !== undefined) return stage.baseAsWritten;
  const [, version, suite, slim = ''] = uvImage.exec(stage.base) ?? [];
  if (version === undefined || suite === undefined || stage.base !== stage.baseAsWritten) return undefined;
  return `python:${version}${slim}-${suite}`;
}

/** Signs that uv fetches a Python of its own, which a copied environment would miss, in words for the user. */
export function makesOwnPython(stage: Stage, facts: RewriteFacts): string[] {
  const found: string[] = [];
  const variables = stage.after.variables;
  for (const name of ['UV_PYTHON_INSTALL_DIR', 'UV_PYTHON', 'UV_MANAGED_PYTHON'])
    if (variables[name] !== undefined)
      found.push(`${name} is set: uv may bring a Python of its own, which the environment refers to`);
  if (variables['UV_PYTHON_PREFERENCE'] === 'only-managed')
    found.push(
      'UV_PYTHON_PREFERENCE is only-managed: uv brings a Python of its own, which the environment refers to',
    );
  for (const { words } of stage.instructions.flatMap((one) => one.commands ?? [])) {
    if (words[0] !== 'uv') continue;
    if (words[1] === 'python' || words.some((word) => /^(-p|--python|--managed-python)(=|$)/.test(word)))
      found.push(
        `\`${words.slice(0, 4).join(' ')}\` asks uv for a Python of its own, which the environment refers to`,
      );
  }
  return [...found, ...otherVersion(stage, facts)];
}

/** `.python-version` says 3.12, the base has 3.11: uv would download the former. */
function otherVersion(stage: Stage, facts: RewriteFacts): string[] {
  const usesUv = stage.instructions.some((one) =>
    (one.commands ?? []).some(({ words }) => words[0] === 'uv'),
  );
  const asked = /^\s*(?:cpython-)?(\d+\.\d+)/.exec(facts.contextManifests?.get('.python-version') ?? '')?.[1];
  const present = /(?:^|[:-]|python)(\d+\.\d+)/.exec(stage.base.slice(stage.base.lastIndexOf('/') + 1))?.[1];
  if (!usesUv || asked === undefined || present === undefined || asked === present) return [];
  return [
    `.python-version asks for ${asked}, the base has ${present}: uv brings a Python of its own, which the environment refers to`,
  ];
}
