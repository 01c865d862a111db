import { aptAction, readAptInstall } from '../apt-command.ts';
import type { Instruction, ShellCommand } from '../model.ts';
import type { Piece } from '../syntax/pieces.ts';
import { type Assembly, chunkOf } from './builder-stage.ts';
import type { ClassifiedInstruction } from './classify-instruction.ts';
import { environmentPath } from './make-environment.ts';
import { mentions } from './secret-derived.ts';

/** The stage that becomes the image, behind its FROM: the environment from the builder instead of the installations. */
export function runtimeChunks(assembly: Assembly, builderName: string): (string | Piece)[] {
  const { classified, environment, eol } = assembly;
  const path = environment ?? environmentPath;
  const variables = environment === undefined ? `${eol}ENV VIRTUAL_ENV=${path} PATH="${path}/bin:$PATH"` : '';
  const environmentCopy = `${eol}${eol}COPY --from=${builderName} ${path} ${path}${variables}`;
  const first = classified.findIndex((one) => one.role === 'copy' || one.role === 'dependencies');
  const early = classified.filter(
    (one, position) => position >= first && isEarly(one, classified.slice(first, position)),
  );
  return classified.flatMap((one, position) => {
    const lead =
      position === first ? [...early.flatMap((system) => systemPart(system, assembly)), environmentCopy] : [];
    if (early.includes(one) || isBuilderOnly(one, assembly)) return lead;
    return [...lead, ...systemPart(one, assembly)];
  });
}

/** System packages do not depend on the source or on the environment: a change of these must not install them again. */
function isEarly(one: ClassifiedInstruction, between: readonly ClassifiedInstruction[]): boolean {
  if (one.role !== 'system' && one.role !== 'dependencies') return false;
  return between.every((other) => ['copy', 'dependencies', 'system'].includes(other.role));
}

function isBuilderOnly(one: ClassifiedInstruction, assembly: Assembly): boolean {
  if (assembly.files.manifestOnly.has(one) || isForInstallationOnly(one, assembly)) return true;
  const flags = one.instruction.syntax.flags.map((flag) => flag.value).join(' ');
  return one.role === 'copy-from' && /astral-sh\/uv/.test(flags);
}

/** An ARG that only the installation refers to: what the runtime stage keeps of that does not. */
function isForInstallationOnly(one: ClassifiedInstruction, assembly: Assembly): boolean {
  const { syntax } = one.instruction;
  if (syntax.keyword !== 'arg') return false;
  const names = [...syntax.value.matchAll(/(?:^|\s)([A-Za-z_]\w*)/g)].map((match) => match[1] ?? '');
  const others = assembly.classified.filter((other) => other !== one);
  return names.every((name) => {
    const users = others.filter((other) => mentions(other.instruction.syntax.value, name));
    return (
      users.length > 0 &&
      users.every(
        (other) =>
          other.role === 'dependencies' &&
          systemPart(other, assembly).every(({ text }) => !mentions(text, name)),
      )
    );
  });
}

/** The instruction as it is; of an installation, the apt packages (which of them the runtime needs is another rewrite's question). */
function systemPart(one: ClassifiedInstruction, assembly: Assembly): Piece[] {
  if (one.role !== 'dependencies') return [chunkOf(assembly, one)];
  const names = lastingPackages(one.instruction).join(' ');
  if (names === '') return [];
  return [
    {
      text: `${assembly.eol}${assembly.eol}RUN apt-get update && apt-get install -y --no-install-recommends ${names} && rm -rf /var/lib/apt/lists/*`,
      from: one.instruction.syntax.range.start,
    },
  ];
}

/** What a step installs with apt and does not take out again, as written. */
export function lastingPackages({ commands }: Instruction): readonly string[] {
  const packages = (commands ?? []).flatMap((command) => readAptInstall(command)?.packages ?? []);
  const purged = new Set((commands ?? []).filter(isRemoval).flatMap((command) => command.words));
  return packages.filter((found) => !purged.has(found.name)).map((found) => found.text);
}

/** What the step takes out again is in no image today. */
function isRemoval(command: ShellCommand): boolean {
  return /^(purge|remove|autoremove|auto-remove)$/.test(aptAction(command) ?? '');
}
