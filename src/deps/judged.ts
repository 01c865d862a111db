import type { FoundUses } from './find-uses.ts';
import type { UseVerdict } from './judge-uses.ts';
import type { DepsFinding } from './report.ts';
import type { RootedGraph } from './roots.ts';
import type { DepsSubject } from './subject.ts';

/** A subject with what was worked out about it: what findings are drawn from. */
export interface JudgedSubject {
  readonly subject: DepsSubject;
  readonly rooted: RootedGraph;
  readonly found: FoundUses;
  readonly verdicts: ReadonlyMap<string, UseVerdict>;
}

/** Finds one kind of thing to do. */
export type FindingSource = (judged: JudgedSubject) => readonly DepsFinding[];
