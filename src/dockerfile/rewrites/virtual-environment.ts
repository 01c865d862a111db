import type { DockerfileModel, Instruction, Stage } from '../model.ts';
import { hasPipOption, type PipInstall, readPipInstall } from '../pip-command.ts';
import { stageNamed } from '../stage-chain.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { classifyInstruction } from './classify-instruction.ts';
import { hiddenInstalls } from './hidden-installs.ts';
import { environmentPath } from './make-environment.ts';
import { readPythonBase } from './python-base.ts';
import { removeBlock } from './remove-block.ts';
import { removeWords } from './remove-words.ts';
import { leave, nothingToDo, type ResolvedDockerfile, type Rewrite, type RewriteFacts } from './rewrite.ts';

/**
 * `pip install --user` with `COPY --from=builder /root/.local /root/.local`, `--prefix=/install` with a COPY onto `/usr/local`, and a COPY of
 * the system's `site-packages` become a
 * virtual environment: a user other than root can import from it, and nothing is mixed into the system's Python.
 */
export const virtualEnvironment: Rewrite = {
  id: 'virtual-environment',
  title: 'Copy a virtual environment instead of loose packages',
  risk: 'verify',
  propose({ syntax, model, placeOf }, facts) {
    const target = model.stages[model.target];
    const found = target && findCopiedPackages(model, target);
    if (target === undefined || found === undefined) return nothingToDo;
    const place = placeOf(found.copy.syntax);
    const mixed = isSitePackages(found.source) ? siteObstacle(target, found, { facts, placeOf }) : undefined;
    if (mixed !== undefined) return leave(`${place}: ${mixed}`);
    if (!isSamePython(found.builder, target))
      return leave(`${place}: the two stages may not have the same Python at the same place`);
    const hidden = found.builder.instructions.flatMap((one) =>
      hiddenInstalls(one).map((because) => `${placeOf(one.syntax)}: ${because}`),
    );
    if (hidden.length > 0) return leave(...hidden);
    const path = isSitePackages(found.source)
      ? sitePathEdits(target, found, syntax.text)
      : pathEdits(target, found);
    if (path === undefined)
      return leave(`${place}: another instruction names ${found.destination} as the installation path`);
    const eol = syntax.text.includes('\r\n') ? '\r\n' : '\n';
    const start = inFrontOfCopies(found).syntax.blockStart;
    return {
      edits: [
        {
          range: { start, end: start },
          newText: `${makingOf(found).join(eol)}${eol}${eol}`,
        },
        ...found.installs.flatMap(withoutPlace),
        {
          range: { start: found.copy.syntax.valueRange.start, end: found.copy.syntax.range.end },
          newText: `${environmentPath} ${environmentPath}${path.isOnPath ? '' : `${eol}ENV PATH="${environmentPath}/bin:$PATH"`}`,
        },
        ...path.edits,
      ],
      reason: `packages in ${found.source} serve one user or mix with the system's Python; an environment stands alone, and only what it holds is copied`,
      leftAlone: [],
    };
  },
};

/**
 * Without a pip of its own where the base's pip can install into it (`PIP_PYTHON`, pip 22.3): the copied packages had none either.
 * A base that is pinned to a patch release may have an older pip.
 */
function makingOf({ builder, installs }: CopiedPackages): string[] {
  const version = /^3\.(\d+)$/.exec(readPythonBase(builder.base)?.version ?? '')?.[1];
  const isBare =
    version !== undefined &&
    Number(version) >= 8 &&
    installs.every(
      (install) =>
        /^pip\d?$/.test(install.command.words[0] ?? '') && !hasPipOption(install, '--no-build-isolation'),
    );
  return isBare
    ? [
        '# The pip of the base image installs into the environment, which needs none of its own.',
        `RUN python -m venv --without-pip ${environmentPath}`,
        `ENV PATH="${environmentPath}/bin:$PATH" PIP_PYTHON=${environmentPath}/bin/python`,
      ]
    : [`RUN python -m venv ${environmentPath}`, `ENV PATH="${environmentPath}/bin:$PATH"`];
}

/** A changed requirements file must not make the environment anew. */
function inFrontOfCopies({ builder, firstInstall }: CopiedPackages): Instruction {
  const position = builder.instructions.indexOf(firstInstall);
  const above = builder.instructions.slice(0, position);
  const last = above.findLastIndex((one) => one.syntax.keyword !== 'copy');
  return builder.instructions[last + 1] ?? firstInstall;
}

interface CopiedPackages {
  readonly builder: Stage;
  readonly copy: Instruction;
  /** `/root/.local`, `/install`. */
  readonly source: string;
  readonly destination: string;
  readonly firstInstall: Instruction;
  readonly installs: readonly PipInstall[];
}

function findCopiedPackages(model: DockerfileModel, target: Stage): CopiedPackages | undefined {
  for (const copy of target.instructions.filter(({ syntax }) => syntax.keyword === 'copy')) {
    const builder = copiedStage(copy, model);
    const words = copy.syntax.json ?? copy.syntax.value.trim().split(/\s+/);
    const [source = '', destination = ''] = words.map((word) => word.replace(/\/$/, ''));
    if (builder === undefined || words.length !== 2) continue;
    const placed = builder.instructions.flatMap((instruction) =>
      (instruction.commands ?? []).flatMap((command) => {
        const install = readPipInstall(command);
        return install?.tool === 'pip' ? [{ instruction, install }] : [];
      }),
    );
    const [first] = placed.filter(({ install }) => isPlacedAt(install, source, destination));
    const isAll = placed.every(
      ({ instruction, install }) =>
        isPlacedAt(install, source, destination) ||
        builder.instructions.indexOf(instruction) <
          builder.instructions.indexOf(first?.instruction ?? instruction),
    );
    if (first === undefined || !isAll) continue;
    const installs = placed.map(({ install }) => install);
    return { builder, copy, source, destination, firstInstall: first.instruction, installs };
  }
  return undefined;
}

/** The stage that a COPY takes files from; undefined where it takes them from the build context, or from an image. */
function copiedStage({ syntax }: Instruction, model: Pick<DockerfileModel, 'stages'>): Stage | undefined {
  const from = syntax.flags.find((flag) => flag.name === 'from')?.value;
  return from === undefined ? undefined : stageNamed(model, from);
}

/** `--user` lands in `~/.local`; a prefix must be copied over one that Python looks into. */
function isPlacedAt(install: PipInstall, source: string, destination: string): boolean {
  const options = install.options.map((option) => option.text);
  if (isSitePackages(source))
    return destination === source && !hasPipOption(install, '--user', '--prefix', '--root', '--target', '-t');
  if (options.includes('--user')) return source.endsWith('/.local') && destination.endsWith('/.local');
  return options.includes(`--prefix=${source}`) && destination === '/usr/local';
}

/** Where the official image installs: `COPY --from=builder /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/site-packages`. */
function isSitePackages(path: string): boolean {
  return /^\/usr\/local\/lib\/python3\.\d+\/site-packages$/.test(path);
}

/** What else may lie in the directories that are copied, or be looked for in them. */
function siteObstacle(
  target: Stage,
  { builder }: CopiedPackages,
  { facts, placeOf }: { readonly facts: RewriteFacts; readonly placeOf: ResolvedDockerfile['placeOf'] },
): string | undefined {
  const other = builder.instructions.find((one) => {
    const { role, installs } = classifyInstruction(one);
    return role === 'other' || role === 'copy-from' || installs.some(({ tool }) => tool !== 'pip');
  });
  if (other !== undefined)
    return `${placeOf(other.syntax)} may leave in /usr/local what is copied along with the packages`;
  const again = target.instructions.find((one) => classifyInstruction(one).installs.length > 0);
  if (again !== undefined) return `${placeOf(again.syntax)} installs beside the copied packages`;
  const [named] = facts.hardCodedPaths;
  return named === undefined
    ? undefined
    : `${named.file}:${named.line} names the installation path ${named.text}`;
}

/** The programs come with the environment: a COPY of /usr/local/bin goes. */
function sitePathEdits(
  target: Stage,
  { copy, builder }: CopiedPackages,
  text: string,
): ReturnType<typeof pathEdits> {
  const edits: TextEdit[] = [];
  for (const one of target.instructions.filter((other) => other !== copy)) {
    const { syntax } = one;
    if (!/\/usr\/local\/(bin|lib\/python)/.test(syntax.value)) continue;
    const words = (syntax.json ?? syntax.value.trim().split(/\s+/)).map((word) => word.replace(/\/$/, ''));
    const isPrograms =
      syntax.keyword === 'copy' &&
      copiedStage(one, { stages: [builder] }) === builder &&
      words.every((word) => /^\/usr\/local\/bin(\/[\w.-]+)?$/.test(word));
    if (!isPrograms) return undefined;
    edits.push(removeBlock(text, { start: syntax.blockStart, end: syntax.range.end }));
  }
  return { edits, isOnPath: false };
}

const placeOptions = /^--(user|prefix=.*|no-warn-script-location)$/;

function withoutPlace(install: PipInstall): TextEdit[] {
  return install.options
    .filter((option) => placeOptions.test(option.text))
    .flatMap((option) => {
      const edits = removeWords(install.command, [option]);
      return edits.length > 0 ? edits : [{ range: option.range, newText: '' }];
    });
}

/** Both from the same tag of the official image: what `bin/python` of the environment links to is in both. */
function isSamePython(builder: Stage, target: Stage): boolean {
  const [one, other] = [readPythonBase(builder.base), readPythonBase(target.base)];
  return one !== undefined && other !== undefined && one.version === other.version;
}

/** `ENV PATH=/root/.local/bin:$PATH` names the environment instead; undefined when anything else needs the old place. */
function pathEdits(
  target: Stage,
  { copy, destination }: CopiedPackages,
): { readonly edits: readonly TextEdit[]; readonly isOnPath: boolean } | undefined {
  if (destination === '/usr/local') return { edits: [], isOnPath: false };
  const edits: TextEdit[] = [];
  for (const { syntax } of target.instructions.filter((one) => one !== copy)) {
    for (let at = syntax.value.indexOf('/.local'); at !== -1; at = syntax.value.indexOf('/.local', at + 1)) {
      const start = /[^\s"'=:]*$/.exec(syntax.value.slice(0, at))?.index ?? at;
      const word = /^[^\s"':]*/.exec(syntax.value.slice(start))?.[0] ?? '';
      if (syntax.keyword !== 'env' || !word.endsWith('/.local/bin')) return undefined;
      const offset = syntax.sourceOffsets[start] ?? syntax.valueRange.start;
      edits.push({
        range: { start: offset, end: offset + word.length },
        newText: `${environmentPath}/bin`,
      });
    }
  }
  return { edits, isOnPath: edits.length > 0 };
}
