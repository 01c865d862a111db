import { readAptInstall } from '../apt-command.ts';
import type { DockerfileModel } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { keptStages, rootBase, shippedStages } from '../stage-chain.ts';
import type { TextRange } from '../syntax/syntax.ts';
import type { LintProject, LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** Bases without the libraries of a desktop and of compilers: Debian's names are theirs too. */
const leanBase =
  /^(?:docker\.io\/)?(?:library\/)?(?:python:[^/]*slim[^/]*|debian:[^/]+|ubuntu:[^/]+|nvidia\/cuda:[^/]*(?:base|runtime)[^/]*)$/;
/** Debian packages that bring many libraries along; what they bring is not looked up. */
const generous =
  /^(?:ffmpeg|gcc|g\+\+|gfortran|clang.*|build-essential|default-jre.*|openjdk.*|imagemagick.*|chromium.*|firefox.*|libopencv.*|python3-.*|libgtk.*|libqt.*|qt.*|gstreamer.*|libgstreamer.*|x11-.*|xvfb|mesa-.*|texlive.*|libreoffice.*|.*\$.*)$/;

/** A shared library that a distribution loads and the base lacks. */
export const missingLibrary: LintRule = {
  id: 'missing-library',
  severity: 'error',
  title: 'a shared library is missing',
  check: ({ model, project }) => {
    const target = model.stages[model.target];
    if (project === undefined || target === undefined) return [];
    const base = rootBase(model, target);
    if (!leanBase.test(base)) return [];
    const present = aptPackages(model);
    if (present === undefined || present.some((name) => generous.test(name))) return [];
    const has = (wanted: string): boolean => present.some((name) => stem(name) === stem(wanted));
    return installed(model, project).flatMap(({ distribution, range }) => {
      const packages = project.libraryPackages.get(distribution) ?? [];
      if (packages.length === 0 || packages.some(has)) return [];
      const message = `${distribution} loads shared libraries that ${base} does not have: apt-get install ${packages.join(' ')}${instead(distribution)}`;
      return [{ range, message }];
    });
  },
};

/** Every distribution that pip installs into the image, with the words that ask for it. */
function installed(
  model: DockerfileModel,
  project: LintProject,
): readonly { readonly distribution: string; readonly range: TextRange }[] {
  const found = shippedStages(model)
    .flatMap(({ instructions }) => instructions)
    .flatMap(({ commands }) => commands ?? [])
    .flatMap((command) => {
      const install = readPipInstall(command);
      return [
        ...(install?.requirements ?? []).map(({ text, range }) => ({ distribution: nameOf(text), range })),
        ...(install?.requirementFiles ?? []).flatMap(({ text, range }) =>
          (project.requirementFiles.get(text) ?? []).map((distribution) => ({ distribution, range })),
        ),
      ];
    });
  const names = found.map(({ distribution }) => distribution);
  return found.filter(({ distribution }, at) => names.indexOf(distribution) === at);
}

/** The packages that apt installs into the image; undefined where a script or a copied system may bring others. */
function aptPackages(model: DockerfileModel): readonly string[] | undefined {
  const stages = keptStages(model);
  const copiesSystem = stages
    .flatMap(({ instructions }) => instructions)
    .some(
      ({ syntax }) =>
        syntax.keyword === 'copy' &&
        syntax.flags.some(({ name }) => name === 'from') &&
        /(?:^|\s)\/(?:usr(?:\/lib\S*)?|lib\S*)?\/?\s/.test(`${syntax.value} `),
    );
  const positions = new Set(stages.map(({ position }) => position));
  const runs = instructionsOf(model, 'run').filter(({ stage }) => positions.has(stage));
  const isUnread = runs.some(
    ({ commands }) =>
      commands === undefined ||
      commands.some(({ words }) =>
        /(?:^|\/)(?:ba)?sh$|\.sh$|^(?:aptitude|dpkg|xargs|conda)$/.test(words[0] ?? ''),
      ),
  );
  if (copiesSystem || isUnread) return undefined;
  return runs
    .flatMap(({ commands }) => commands ?? [])
    .flatMap((command) => readAptInstall(command)?.packages ?? [])
    .map(({ name }) => name);
}

/** `libgl1-mesa-glx`, `libgl-dev` and `libgl1` are of one library, as far as its presence goes. */
function stem(name: string): string {
  return name.replace(/-(?:dev|mesa-.*)$/, '').replace(/[\d.-]*(?:t64)?$/, '');
}

function nameOf(requirement: string): string {
  return (/^[A-Za-z0-9._-]+/.exec(requirement)?.[0] ?? '').toLowerCase().replaceAll(/[-_.]+/g, '-');
}

function instead(distribution: string): string {
  return /^opencv-(?:contrib-)?python$/.test(distribution)
    ? `, or take ${distribution}-headless where no window is opened`
    : '';
}
