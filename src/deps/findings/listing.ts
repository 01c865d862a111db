import { importSentence } from '../judge-uses.ts';
import type { FindingSource } from '../judged.ts';
import { listed } from './needless.ts';

/** What the application imports though no requirement asks for it: it is there only because something else brings it. */
export const unlistedImports: FindingSource = ({ subject, rooted, found }) => {
  const asked = new Set(subject.requested.map(({ name }) => name));
  if (asked.size === 0) return [];
  const unlisted = subject.distributions.filter(({ name }) => {
    const isTop = rooted.roots.some((root) => root.name === name && root.source !== 'extra');
    const needed = found.byName.get(name)?.imports.some(({ isNeeded }) => isNeeded) === true;
    return !asked.has(name) && !isTop && needed;
  });
  if (unlisted.length === 0) return [];
  const names = unlisted.map(({ name }) => name).sort();
  return [
    {
      kind: 'unlisted-import',
      severity: 'info',
      distributions: names,
      title: `the application imports ${listed(names)}, and no requirement asks for ${names.length === 1 ? 'it' : 'them'}`,
      evidence: names.flatMap((name) => {
        const [place] = found.byName.get(name)?.imports ?? [];
        const by = (rooted.graph.requiredBy.get(name) ?? [])[0];
        return place === undefined
          ? []
          : [`${importSentence(place)}${by === undefined ? '' : `, which ${by} brings`}`];
      }),
      doubts: [],
      remedy: `add ${listed(names)} to the requirements, so that another version of what brings ${names.length === 1 ? 'it' : 'them'} breaks nothing`,
    },
  ];
};

/** Requirements that leave the version open: the next build installs something else. */
export const unpinnedRequirements: FindingSource = ({ subject, verdicts }) => {
  const open = subject.requested.filter(
    ({ name, pin, isForDevelopment }) =>
      (pin === 'range' || pin === 'any') &&
      !isForDevelopment &&
      verdicts.has(name) &&
      verdicts.get(name)?.use !== 'development',
  );
  if (open.length === 0) return [];
  const names = [...new Set(open.map(({ name }) => name))];
  const bare = open.filter(({ pin }) => pin === 'any').length;
  return [
    {
      kind: 'unpinned',
      severity: 'info',
      distributions: names,
      title: `the version of ${listed(names)} is left open`,
      evidence: [
        ...open
          .slice(0, 4)
          .map(
            ({ name, specifier, file, line }) => `${file}:${line}: ${name}${specifier || ' (any version)'}`,
          ),
        ...(bare > 0 ? [`${bare} of ${open.length} take any version`] : []),
      ],
      doubts: [],
      remedy:
        'pin what the image installs: the minimal list below has the versions, and pip-compile or uv pip compile pins what they bring, too',
    },
  ];
};
