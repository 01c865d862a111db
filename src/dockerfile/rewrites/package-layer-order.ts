import { posix } from 'node:path';
import type { Stage } from '../model.ts';
import { hasPipOption, type PipInstall } from '../pip-command.ts';
import { type ClassifiedInstruction, classifyInstruction } from './classify-instruction.ts';
import { contextPathOf, readContextCopy } from './context-paths.ts';
import type { LocalPackage } from './local-package.ts';
import { copiesAbove, localPackages, staticDependencies } from './local-packages.ts';
import { readPythonBase } from './python-base.ts';
import {
  leave,
  nothingToDo,
  type ResolvedDockerfile,
  type Rewrite,
  type RewriteFacts,
  type RewriteProposal,
} from './rewrite.ts';

/**
 * `COPY . .`, `pip install .` → what the manifest lists is installed before the source is copied. pip has no option for that (uv has), so
 * Python reads the manifest.
 */
export const packageLayerOrder: Rewrite = {
  id: 'package-layer-order',
  title: 'Install a package’s dependencies before its source is copied',
  risk: 'verify',
  propose(dockerfile, facts) {
    for (const stage of dockerfile.model.stages) {
      const found = findInstall(stage);
      if (found !== undefined) return propose(found, dockerfile, facts);
    }
    return nothingToDo;
  },
};

interface Found {
  readonly stage: Stage;
  readonly install: PipInstall;
  readonly one: ClassifiedInstruction;
  readonly local: LocalPackage;
  /** The first COPY that brings source of the package. */
  readonly copy: ClassifiedInstruction;
  /** The manifest is there already, by a COPY above that one. */
  readonly hasManifest: boolean;
}

/** The first installation of a local package, where no dependencies are installed in front of it. */
function findInstall(stage: Stage): Found | undefined {
  const classified = stage.instructions.map(classifyInstruction);
  const one = classified.find(({ installs }) => installs.some(({ localPaths }) => localPaths.length > 0));
  const install = one?.installs.find(bringsDependencies);
  if (one === undefined || install === undefined || install.localPaths.length !== 1) return undefined;
  const above = classified.slice(0, classified.indexOf(one));
  if (above.some(({ installs }) => installs.some(({ requirementFiles }) => requirementFiles.length > 0)))
    return undefined;
  if (install.requirementFiles.length + install.requirements.length > 0) return undefined;
  if (hasPipOption(install, '--no-deps', '--target', '-t', '--prefix')) return undefined;
  const [local] = localPackages(install, one.instruction.before.workdir, copiesAbove(one, classified));
  const copy = above.find(({ instruction }) => readContextCopy(instruction)?.isBroad === true);
  if (local === undefined || copy === undefined) return undefined;
  // torch from an index of its own must come before what would else bring another build.
  const between = above.slice(above.indexOf(copy));
  if (between.some(({ installs }) => installs.some(bringsDependencies))) return undefined;
  const manifest = posix.resolve(
    one.instruction.before.workdir ?? '/',
    local.text.replace(/\[.*$/, ''),
    'pyproject.toml',
  );
  const hasManifest = contextPathOf(manifest, copiesAbove(copy, classified)) !== undefined;
  return { stage, install, one, local, copy, hasManifest };
}

/** Not `pip install --upgrade pip`. */
function bringsDependencies(install: PipInstall): boolean {
  const isTool = install.requirements.every(({ text }) =>
    /^(pip|setuptools|wheel|uv|build|hatchling)\b/.test(text),
  );
  return !isTool || install.requirementFiles.length + install.localPaths.length > 0;
}

function propose(
  { stage, install, one, local, copy, hasManifest }: Found,
  { syntax, placeOf }: ResolvedDockerfile,
  facts: RewriteFacts,
): RewriteProposal {
  const place = placeOf(one.instruction.syntax);
  // The steps read the manifest in the working directory.
  if (local.folder === undefined || !/^\.\/?(\[.*\])?$/.test(local.text)) return nothingToDo;
  const path = posix.join(local.folder, 'pyproject.toml');
  const text = facts.contextManifests?.get(path);
  if (text === undefined) return nothingToDo;
  const dependencies = staticDependencies(text, local.extras);
  if (dependencies === undefined)
    return leave(`${place}: the dependencies of ${path} are not listed in it, or not for these extras`);
  if (dependencies.length === 0) return nothingToDo;
  if (
    one.instruction.before.workdir !== copy.instruction.before.workdir ||
    one.instruction.before.user !== copy.instruction.before.user
  )
    return leave(
      `${place}: the working directory or the user changes between the COPY of the source and the installation`,
    );
  const dependency = dependencies.find((text) => /@\s*(file:|\.)|^\./.test(text));
  if (dependency !== undefined) return leave(`${place}: \`${dependency}\` comes from the source tree`);
  const python = /^3\.(\d+)/.exec(readPythonBase(stage.base)?.version ?? '')?.[1];
  if (install.tool === 'pip' && (python === undefined || Number(python) < 11))
    return leave(
      `${place}: pip installs no dependencies alone, and ${stage.base} may have a Python that cannot read ${path} (tomllib, 3.11)`,
    );
  const eol = syntax.text.includes('\r\n') ? '\r\n' : '\n';
  const at = copy.instruction.syntax.blockStart;
  const directory = (one.instruction.before.workdir ?? '/') === '/' ? '/' : './';
  const lines = [
    '# What the manifest lists, without the source: a change of the code does not install it again.',
    ...(hasManifest ? [] : [`COPY ${path} ${directory}`]),
    ...installLines(install, local),
  ];
  return {
    edits: [{ range: { start: at, end: at }, newText: `${lines.join(eol)}${eol}${eol}` }],
    reason: 'a change of the source no longer repeats the installation of the dependencies',
    leftAlone: [],
  };
}

function installLines(install: PipInstall, { extras }: LocalPackage): string[] {
  const program = install.command.words.slice(0, install.firstArgument).join(' ');
  const options = install.options
    .filter(({ text }) => !/^(-U|--upgrade|--no-build-isolation|-v+)$/.test(text))
    .map(({ text }) => ` ${/[\s"'$;&|<>]/.test(text) ? `"${text}"` : text}`)
    .join('');
  if (install.tool === 'uv')
    return [
      `RUN ${program}${options} -r pyproject.toml${extras.map((extra) => ` --extra ${extra}`).join('')}`,
    ];
  const lists = ["p['dependencies']", ...extras.map((extra) => `p['optional-dependencies']['${extra}']`)];
  return [
    `RUN python -c "import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; print(*${lists.join(', *')}, sep='\\n')" > /tmp/requirements.txt && \\`,
    `    ${program}${options} -r /tmp/requirements.txt`,
  ];
}
