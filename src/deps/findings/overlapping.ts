import { callsThatNeedMore, cpuVariant, samePurpose } from '../../python/index.ts';
import { leavingBytes } from '../costs.ts';
import type { FindingSource, JudgedSubject } from '../judged.ts';
import type { DepsFinding } from '../report.ts';
import type { DepsDistribution } from '../subject.ts';
import { listed } from './needless.ts';

/** Several distributions of one purpose, by what is known of them. */
export const samePurposes: FindingSource = (judged) => {
  const { subject } = judged;
  return samePurpose(new Set(subject.distributions.map(({ name }) => name))).map(
    ({ group, members }): DepsFinding => {
      const keep = memberToKeep([...group.keep, ...members], members, judged);
      const others = members.filter((name) => name !== keep);
      const requirers = others.flatMap((name) => requirersOf(name, judged));
      const isChoice = group.kind === 'choose-one';
      return {
        kind: 'same-purpose',
        severity: isChoice ? 'info' : 'warning',
        distributions: members,
        title: isChoice
          ? `${listed(members)} do the same job`
          : `${listed(members)} are the same thing, and one is enough`,
        evidence: [group.note, group.source],
        doubts: requirers,
        remedy: isChoice
          ? `see whether ${keep} is enough`
          : `keep ${keep}, remove ${listed(others)}, and install ${keep} anew afterwards`,
        savedBytes: savedWithout(others, judged),
      };
    },
  );
};

/** The first that serves the application: without windows where it opens none, for a GPU where it uses one. */
function memberToKeep(
  order: readonly string[],
  members: readonly string[],
  { subject }: JudgedSubject,
): string {
  const there = order.filter((name) => members.includes(name));
  const fit = there.filter((name) => !callsThatNeedMore(name).some((call) => subject.uses.calls.has(call)));
  const forGpu =
    subject.target.device === 'gpu' ? fit.find((name) => cpuVariant(name) !== undefined) : undefined;
  return forGpu ?? fit[0] ?? there[0] ?? '';
}

function requirersOf(name: string, { rooted }: JudgedSubject): readonly string[] {
  const by = (rooted.graph.requiredBy.get(name) ?? []).filter((one) => one.split('[')[0] !== name);
  return by.length === 0 ? [] : [`${listed(by)} ${by.length === 1 ? 'requires' : 'require'} ${name} by name`];
}

function savedWithout(names: readonly string[], { rooted, subject }: JudgedSubject): number {
  return leavingBytes(rooted, new Set(names), subject.distributions).sizeBytes;
}

/** Fewer equal files than this, or a smaller part of what one holds, are no mark of a twin: packages share an `__init__.py`. */
const fewestFiles = 3;
const smallestShare = 0.1;

/** Distributions that install the same files: which of them is there depends on the order of the installation. */
export const overwrittenFiles: FindingSource = ({ subject }) => {
  const known = new Set(
    samePurpose(new Set(subject.distributions.map(({ name }) => name))).flatMap(({ members }) =>
      pairKeys(members),
    ),
  );
  return sharedFiles(subject.distributions).flatMap(({ a, b, files }): DepsFinding[] => {
    const fewest = Math.min(codeOf(a).length, codeOf(b).length);
    if (files.length < fewestFiles || files.length < fewest * smallestShare) return [];
    if (known.has(pairKey(a.name, b.name))) return [];
    return [
      {
        kind: 'overwritten-files',
        severity: 'warning',
        distributions: [a.name, b.name],
        title: `${a.name} and ${b.name} install the same ${files.length} files`,
        evidence: files.slice(0, 2),
        doubts: [],
        remedy:
          'keep one of them: the one that is installed last overwrites the other, and removing either breaks it',
      },
    ];
  });
};

interface SharedFiles {
  readonly a: DepsDistribution;
  readonly b: DepsDistribution;
  readonly files: readonly string[];
}

function sharedFiles(distributions: readonly DepsDistribution[]): readonly SharedFiles[] {
  const owners = new Map<string, DepsDistribution>();
  const shared = new Map<string, { a: DepsDistribution; b: DepsDistribution; files: string[] }>();
  for (const one of distributions) {
    for (const path of codeOf(one)) {
      const other = owners.get(path);
      if (other === undefined) owners.set(path, one);
      else {
        const key = pairKey(other.name, one.name);
        const pair = shared.get(key) ?? { a: other, b: one, files: [] };
        pair.files.push(path);
        shared.set(key, pair);
      }
    }
  }
  return [...shared.values()];
}

function codeOf({ paths }: DepsDistribution): readonly string[] {
  return paths.filter((path) => /^[^.].*\.(?:py|so|pyd)$/.test(path) && !path.includes('.dist-info/'));
}

function pairKeys(names: readonly string[]): readonly string[] {
  return names.flatMap((a) => names.filter((b) => a !== b).map((b) => pairKey(a, b)));
}

function pairKey(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
