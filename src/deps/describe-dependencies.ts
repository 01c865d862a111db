import { gpuCompanionOf } from '../python/index.ts';
import { exclusiveCosts, leavingBytes, shortestReasons, sumBytes } from './costs.ts';
import { findUses } from './find-uses.ts';
import { findingSources } from './findings/index.ts';
import { judgeUses } from './judge-uses.ts';
import type { JudgedSubject } from './judged.ts';
import { minimalList } from './minimal-list.ts';
import type { DependencyRow, DepsFinding, DepsReport, DepsSeverity } from './report.ts';
import { rootedGraph } from './roots.ts';
import type { DepsSubject } from './subject.ts';

/** Tells of an environment what each distribution costs, why it is there, and what to do about it. */
export function describeDependencies(subject: DepsSubject): DepsReport {
  const rooted = rootedGraph(subject);
  const found = findUses(subject.distributions, subject.uses);
  const judged: JudgedSubject = { subject, rooted, found, verdicts: judgeUses(subject, rooted, found) };
  const findings = findingSources.flatMap((find) => find(judged)).sort(byWeight);
  const leaving = leavingBytes(rooted, sureToGo(findings), subject.distributions);
  const ownBytes = sumBytes(subject.distributions);
  const { name, kind, pythonVersion, target, incomplete, warnings } = subject;
  return {
    subject: { name, kind, pythonVersion },
    total: { distributions: subject.distributions.length, ownBytes },
    lean: {
      distributions: subject.distributions.length - leaving.names.length,
      ownBytes: ownBytes - leaving.sizeBytes,
    },
    distributions: rowsOf(judged),
    findings,
    ...minimalList(subject, rooted, judged.verdicts),
    target,
    yankedUnknown: subject.distributions
      .filter((one) => subject.yanked.get(one.name) === undefined)
      .map((one) => one.name),
    incomplete,
    warnings,
  };
}

const weights: Readonly<Record<DepsSeverity, number>> = { error: 0, warning: 1, info: 2 };

function byWeight(a: DepsFinding, b: DepsFinding): number {
  return weights[a.severity] - weights[b.severity] || (b.savedBytes ?? 0) - (a.savedBytes ?? 0);
}

/** What findings without doubt take away: what only development or nobody uses, and what comes along with a GPU build. */
function sureToGo(findings: readonly DepsFinding[]): ReadonlySet<string> {
  return new Set(
    findings.flatMap(({ kind, severity, distributions, savedBytes }) => {
      if (severity === 'info' || savedBytes === undefined) return [];
      if (kind === 'development' || kind === 'unused') return distributions;
      return kind === 'gpu-without-gpu'
        ? distributions.filter((name) => gpuCompanionOf(name) !== undefined)
        : [];
    }),
  );
}

function rowsOf({ subject, rooted, verdicts }: JudgedSubject): readonly DependencyRow[] {
  const names = subject.distributions.map(({ name }) => name);
  const sizes = new Map(subject.distributions.map(({ name, sizeBytes }) => [name, sizeBytes]));
  const { exclusive, heldBy } = exclusiveCosts(rooted, names);
  const isLast = (name: string): boolean => verdicts.get(name)?.use === 'development';
  const reasons = shortestReasons(rooted, isLast);
  const asked = new Set(rooted.roots.filter(({ source }) => source !== 'extra').map(({ name }) => name));
  return subject.distributions
    .map(({ name, version, sizeBytes }): DependencyRow => {
      const held = exclusive.get(name) ?? [];
      const holder = heldBy.get(name);
      const reason = reasons.get(name);
      const verdict = verdicts.get(name);
      return {
        name,
        version,
        use: verdict?.use ?? 'unknown',
        ownBytes: sizeBytes,
        withDependenciesBytes: held.reduce((sum, one) => sum + (sizes.get(one) ?? 0), sizeBytes),
        exclusive: held,
        ...(holder !== undefined && { heldBy: holder }),
        path: reason?.path ?? [name],
        ...(reason?.place !== undefined && { requestedAt: reason.place }),
        isRequested: asked.has(name),
        evidence: [...(verdict?.evidence ?? []), ...(verdict?.doubts ?? [])],
      };
    })
    .sort((a, b) => b.withDependenciesBytes - a.withDependenciesBytes || (a.name < b.name ? -1 : 1));
}
