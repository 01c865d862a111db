import type { Stage } from '../model.ts';
import { projectToolOf } from '../project-tool-command.ts';
import { readPythonBase } from './python-base.ts';
import { nothingToDo, type Rewrite, type RewriteFacts } from './rewrite.ts';
import { aptInstalls } from './runtime-packages.ts';
import { usedCommands } from './used-commands.ts';

/**
 * The full Python image carries libraries and programs that the slim one lacks: installs those that the distributions
 * (`DT_NEEDED`, knowledge table), scripts and health checks use.
 */
export const runtimeLibraries: Rewrite = {
  id: 'runtime-libraries',
  title: 'Add the system libraries and programs that the slim base lacks',
  risk: 'safe',
  propose({ syntax, model }, facts) {
    const stage = model.stages[model.target];
    if (stage === undefined || readPythonBase(stage.base)?.variant !== 'slim') return nothingToDo;
    const wanted = wantedPackages(stage, facts);
    const installs = aptInstalls(stage);
    const present = new Set(installs.flatMap(({ install }) => install.packages.map((found) => found.name)));
    // `libglib2.0-0t64` provides `libglib2.0-0`, and apt takes the old name for it.
    const missing = [...wanted].filter(
      ([name]) => !present.has(name) && !present.has(name.replace(/t64$/, '')),
    );
    if (missing.length === 0) return nothingToDo;
    const names = missing.map(([name]) => name).join(' ');
    const reason = grouped(missing);
    const last = installs.at(-1)?.install.packages.at(-1);
    if (last !== undefined) {
      return {
        edits: [{ range: { start: last.range.end, end: last.range.end }, newText: ` ${names}` }],
        reason,
        leftAlone: [],
      };
    }
    const eol = syntax.text.includes('\r\n') ? '\r\n' : '\n';
    const { at, isBehind } = insertionPoint(stage);
    const run = `RUN apt-get update && apt-get install -y --no-install-recommends ${names} && rm -rf /var/lib/apt/lists/*`;
    return {
      edits: [{ range: { start: at, end: at }, newText: isBehind ? `${eol}${run}` : `${run}${eol}${eol}` }],
      reason,
      leftAlone: [],
    };
  },
};

/** What the full Python image has and the slim one lacks, as far as its programs are called by name (docker-library/buildpack-deps). */
const ofFullImage = new Set([
  'autoconf', 'automake', 'bzip2', 'curl', 'dpkg-dev', 'file', 'g++', 'gcc', 'git', 'gnupg', 'imagemagick', 'make', 'mercurial', 'openssh-client',
  'patch', 'procps', 'subversion', 'unzip', 'wget', 'xz-utils', 'build-essential',
]); // biome-ignore format: a list

function wantedPackages(stage: Stage, facts: RewriteFacts): Map<string, string> {
  const wanted = new Map(facts.runtimeLibraries.map((library) => [library.packageName, library.because]));
  for (const [command, where] of [...facts.neededCommands, ...usedCommands(stage)]) {
    // Debian's Poetry, PDM and Pipenv bring a Python of their own; the project has its tool from elsewhere.
    if (projectToolOf(command) !== undefined) continue;
    const name = facts.packageOfCommand(command);
    // A program that the full image lacks as well comes from elsewhere, and Debian's may not stand beside it (npm beside NodeSource's).
    if (name === undefined || !ofFullImage.has(name)) continue;
    if (!wanted.has(name)) wanted.set(name, `${where} calls ${command}`);
  }
  return wanted;
}

/** `libsm6, libxext6: opencv-python loads shared libraries of them; curl: HEALTHCHECK calls curl`. */
function grouped(missing: readonly (readonly [string, string])[]): string {
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
