import { posix } from 'node:path';
import { parse } from 'smol-toml';
import { isRecord } from '../../base/index.ts';
import type { DockerfileModel, Instruction, Stage } from '../model.ts';
import { hasPipOption, type PipInstall } from '../pip-command.ts';
import { type ClassifiedInstruction, classifyInstruction } from './classify-instruction.ts';
import { type ContextCopy, contextPathOf, readContextCopy } from './context-paths.ts';
import type { LocalPackage } from './local-package.ts';
import { isPlainBackend } from './plain-backend.ts';
import { readPythonBase } from './python-base.ts';
import { isRegularToBe } from './regular-package.ts';
import type { RewriteFacts } from './rewrite.ts';
import { stageThatBrings } from './wheel-mounts.ts';

/** The local packages of an installation; `copies` are those above it. */
export function localPackages(
  install: PipInstall,
  workdir: string | undefined,
  copies: readonly ContextCopy[],
): readonly LocalPackage[] {
  return install.localPaths.map(({ text, range }) => {
    const path = text.replace(/\[[^\]]*\]$/, '');
    const at = install.command.wordRanges.findIndex((word) => word.start === range.start);
    const before = install.command.words[at - 1] ?? '';
    const isFolder = !/\.(whl|tar\.gz|zip)$|^file:|[$*]/.test(path);
    const container = posix.resolve(workdir ?? '/', path);
    const manifest = isFolder ? contextPathOf(posix.join(container, 'pyproject.toml'), copies) : undefined;
    return {
      text,
      extras: (/\[([^\]]*)\]$/.exec(text)?.[1] ?? '')
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== ''),
      isEditable:
        /^(-e|--editable)$/.test(before) || /^(-e|--editable=)/.test(install.command.words[at] ?? ''),
      folder: manifest === undefined ? undefined : posix.dirname(manifest),
    };
  });
}

/** Every folder of the build context that a RUN installs with pip, with the extras it asks for; `folder` is undefined where it is not known. */
export function installedFolders({ stages }: DockerfileModel): readonly LocalPackage[] {
  return stages.flatMap((stage) => {
    const classified = stage.instructions.map(classifyInstruction);
    return classified.flatMap((one) =>
      one.installs.flatMap((install) =>
        localPackages(install, one.instruction.before.workdir, copiesAbove(one, classified)),
      ),
    );
  });
}

/** The build context's COPY and ADD above an instruction. */
export function copiesAbove(
  one: ClassifiedInstruction,
  classified: readonly ClassifiedInstruction[],
): readonly ContextCopy[] {
  return classified
    .slice(0, classified.indexOf(one))
    .flatMap(({ instruction }) => readContextCopy(instruction) ?? []);
}

/** What a local package is judged by. */
export interface LocalQuestion {
  readonly stage: Stage;
  readonly facts: RewriteFacts;
  /** The instruction that installs it. */
  readonly place: Instruction;
}

/** What keeps the installation of a local package from being made in a builder stage, in words for the user; undefined when nothing does. */
export function localObstacle(
  local: LocalPackage,
  install: PipInstall,
  { stage, facts, place }: LocalQuestion,
): string | undefined {
  const path = /\*/.test(local.text) ? posix.dirname(local.text) : local.text;
  const from = stageThatBrings(path, stage, place);
  if (from !== undefined)
    return `\`${local.text}\` comes from the stage ${from}, which builds what this one installs`;
  const shown = `\`${local.text}\` is installed from the source tree`;
  if (/\.(whl|tar\.gz|zip)$|^file:/.test(local.text)) return shown;
  if (local.folder === undefined) return `${shown}, and no COPY of its folder stands above`;
  const texts = ['pyproject.toml', 'setup.py', 'setup.cfg'].map(
    (name) => facts.contextManifests?.get(posix.join(local.folder ?? '.', name)) ?? '',
  );
  const [pyproject = '', setup = ''] = texts;
  if (pyproject === '' && setup === '') return `${shown}, and its manifest is not known`;
  const written = /version[-_]file\s*=|write_to\s*=|\[tool\.poetry\.build\]/.exec(texts.join('\n'));
  if (written !== null)
    return `${shown}, and \`${written[0].trim()}\` leaves files there that a COPY does not bring`;
  if (!local.isEditable || isRegularToBe(local, place, { stage, facts })) return undefined;
  const backend = backendOf(pyproject);
  if (backend === undefined || !isPlainBackend(backend))
    return `${shown} in editable form, and what its build leaves in the source tree is not known`;
  if (/ext[-_]modules|Extension\(|cythonize|cffi_modules|cmdclass/.test(texts.join('\n')))
    return `${shown} in editable form, and it compiles into the source tree`;
  if (
    readPythonBase(stage.base) === undefined ||
    hasPipOption(install, '--no-build-isolation', '--config-settings', '-C')
  )
    return `${shown} in editable form, and how pip does that here is not known`;
  return undefined;
}

function backendOf(pyproject: string): string | undefined {
  const system = tableOf(pyproject)?.['build-system'];
  const backend = isRecord(system) ? system['build-backend'] : undefined;
  return typeof backend === 'string' ? backend : undefined;
}

/** The dependencies that a manifest lists by itself, with those of the extras; undefined where the build computes them. */
export function staticDependencies(
  pyproject: string,
  extras: readonly string[],
): readonly string[] | undefined {
  const project = tableOf(pyproject)?.['project'];
  if (!isRecord(project)) return undefined;
  const dynamic = Array.isArray(project['dynamic']) ? project['dynamic'] : [];
  if (dynamic.some((one) => /dependencies/.test(String(one)))) return undefined;
  const optional = isRecord(project['optional-dependencies']) ? project['optional-dependencies'] : {};
  const lists = [project['dependencies'] ?? [], ...extras.map((extra) => optional[extra])];
  const all = lists.flatMap((list): unknown[] => (Array.isArray(list) ? list : [undefined]));
  return all.every((one) => typeof one === 'string') ? all : undefined;
}

function tableOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const document: unknown = parse(text);
    return isRecord(document) ? document : undefined;
  } catch {
    // What cannot be parsed is not known.
    return undefined;
  }
}
