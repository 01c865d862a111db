import type { DockerfileModel, Stage } from '../model.ts';
import { projectToolOf } from '../project-tool-command.ts';
import { externalBase, keptStages } from '../stage-chain.ts';
import type { InstructionSyntax, TextEdit, TextRange } from '../syntax/syntax.ts';
import { aptInstalls } from './apt-installs.ts';
import { readPythonBase } from './python-base.ts';
import { nothingToDo, type Rewrite, type RewriteFacts } from './rewrite.ts';
import { calledPrograms, usedCommands } from './used-commands.ts';

/**
 * The full Python image carries libraries and programs that the slim one lacks: installs those that the distributions
 * (`DT_NEEDED`, knowledge table), scripts and health checks use.
 */
export const runtimeLibraries: Rewrite = {
  id: 'runtime-libraries',
  title: 'Add the system libraries and programs that the slim base lacks',
  risk: 'safe',
  propose({ syntax, model, given }, facts) {
    const stage = model.stages[model.target];
    if (stage === undefined || readPythonBase(stage.base)?.variant !== 'slim') return nothingToDo;
    const installs = aptInstalls(stage);
    const present = new Set(installs.flatMap(({ install }) => install.packages.map((found) => found.name)));
    const wanted = wantedPackages(stage, given, facts, present);
    // `libglib2.0-0t64` provides `libglib2.0-0`, and apt takes the old name for it.
    const missing = [...wanted].filter(
      ([name]) => !present.has(name) && !present.has(name.replace(/t64$/, '')),
    );
    if (missing.length === 0) return nothingToDo;
    const eol = syntax.text.includes('\r\n') ? '\r\n' : '\n';
    const last = installs.at(-1)?.install.packages.at(-1);
    const uses = firstUses(stage, facts);
    const usedAt = (name: string): number => uses.get(name)?.at ?? Number.POSITIVE_INFINITY;
    // What a step calls that stands in front of the last installation has to be there before that.
    const early = missing.filter(([name]) => usedAt(name) < (last?.range.start ?? 0));
    const late = missing.filter((one) => !early.includes(one));
    const before = early.toSorted(([one], [other]) => usedAt(one) - usedAt(other))[0]?.[0];
    const edits = [
      ...(before === undefined
        ? []
        : [insertInFront(uses.get(before)?.user ?? stage.from, namesOf(early), eol)]),
      ...(late.length === 0 ? [] : [addLast(stage, last, namesOf(late), eol)]),
    ];
    return { edits, reason: grouped(missing), leftAlone: [] };
  },
};

type Missing = readonly (readonly [name: string, because: string])[];

function namesOf(missing: Missing): string {
  return missing.map(([name]) => name).join(' ');
}

function addLast(
  stage: Stage,
  last: { readonly range: TextRange } | undefined,
  names: string,
  eol: string,
): TextEdit {
  if (last !== undefined)
    return { range: { start: last.range.end, end: last.range.end }, newText: ` ${names}` };
  const { at, isBehind } = insertionPoint(stage);
  const run = installing(names);
  return { range: { start: at, end: at }, newText: isBehind ? `${eol}${run}` : `${run}${eol}${eol}` };
}

function insertInFront({ blockStart }: InstructionSyntax, names: string, eol: string): TextEdit {
  return { range: { start: blockStart, end: blockStart }, newText: `${installing(names)}${eol}${eol}` };
}

function installing(names: string): string {
  return `RUN apt-get update && apt-get install -y --no-install-recommends ${names} && rm -rf /var/lib/apt/lists/*`;
}

interface FirstUse {
  /** Where the command stands. */
  readonly at: number;
  readonly user: InstructionSyntax;
}

/** Where the RUN steps of a stage first call a program of each package. */
function firstUses(stage: Stage, facts: RewriteFacts): ReadonlyMap<string, FirstUse> {
  const uses = new Map<string, FirstUse>();
  for (const { syntax, commands } of stage.instructions)
    for (const command of commands ?? [])
      for (const program of calledPrograms(command)) {
        const name = packageOf(program, facts);
        if (name !== undefined && !uses.has(name)) uses.set(name, { at: command.range.start, user: syntax });
      }
  return uses;
}

/** `apt-key` is there without what it calls. */
function packageOf(program: string, facts: RewriteFacts): string | undefined {
  return program === 'apt-key' ? 'gnupg' : facts.packageOfCommand(program);
}

/** What the full Python image has and the slim one lacks, as far as its programs are called by name (docker-library/buildpack-deps). */
const ofFullImage = new Set([
  'autoconf', 'automake', 'bzip2', 'curl', 'dpkg-dev', 'file', 'g++', 'gcc', 'git', 'gnupg', 'imagemagick', 'make', 'mercurial', 'openssh-client',
  'patch', 'procps', 'subversion', 'unzip', 'wget', 'xz-utils', 'build-essential',
]); // biome-ignore format: a list

function wantedPackages(
  stage: Stage,
  given: DockerfileModel,
  facts: RewriteFacts,
  present: ReadonlySet<string>,
): Map<string, string> {
  const wanted = new Map(
    facts.runtimeLibraries
      .filter(({ broughtBy }) => ![...present].some((name) => broughtBy?.has(name) === true))
      .map((library) => [library.packageName, library.because]),
  );
  const wasThere = programsOf(given);
  for (const [command, where] of [...facts.neededCommands, ...usedCommands(stage)]) {
    // Debian's Poetry, PDM and Pipenv bring a Python of their own; the project has its tool from elsewhere.
    if (projectToolOf(command) !== undefined) continue;
    const name = packageOf(command, facts);
    if (name === undefined || !wasThere(name)) continue;
    if (!wanted.has(name)) wanted.set(name, `${where} calls ${command}`);
  }
  return wanted;
}

/**
 * Whether the image as its user makes it has the programs of a package. One that the full Python image lacks comes from elsewhere, and Debian's may
 * not stand beside it (npm beside NodeSource's); what starts from the slim one has none but those that it installs.
 */
function programsOf(given: DockerfileModel): (name: string) => boolean {
  const base = externalBase(given);
  if (base === undefined || readPythonBase(base.base)?.variant !== 'slim')
    return (name) => ofFullImage.has(name);
  const installs = keptStages(given).flatMap((stage) => aptInstalls(stage));
  const names = new Set(installs.flatMap(({ install }) => install.packages.map((found) => found.name)));
  return (name) => ofFullImage.has(name) && names.has(name);
}

/** `libsm6, libxext6: opencv-python loads shared libraries of them; curl: HEALTHCHECK calls curl`. */
function grouped(missing: Missing): string {
  const names = new Map<string, string[]>();
  for (const [name, because] of missing) names.set(because, [...(names.get(because) ?? []), name]);
  return [...names].map(([because, group]) => `${group.join(', ')}: ${because}`).join('; ');
}

/** In front of the first COPY, so that a change of the code does not repeat it, and where apt still runs as root; else behind everything. */
function insertionPoint(stage: Stage): { readonly at: number; readonly isBehind: boolean } {
  const copy = stage.instructions.find(({ syntax }) =>
    ['copy', 'add', 'cmd', 'entrypoint', 'user'].includes(syntax.keyword),
  );
  if (copy !== undefined) return { at: copy.syntax.blockStart, isBehind: false };
  return { at: (stage.instructions.at(-1)?.syntax ?? stage.from).range.end, isBehind: true };
}
