import { type Finding, findingKinds, type WasteKind } from '../finding/index.ts';
import { inPlace, packageKindName, sumByKind } from '../report/index.ts';
import { eventAt, type FileHistory, isPresent, pathFinder } from './file-history.ts';
import { ascending } from './order.ts';
import type { BrowsedPackage } from './subject.ts';
import { eventOfLayer, type WasteMarks } from './waste-marks.ts';

/** A package or a class of findings, with its files. */
export interface Group {
  readonly title: string;
  /** What stands beside the title: a version, a severity. */
  readonly note: string;
  readonly sizeBytes: number;
  readonly waste?: WasteKind;
  /** All its files, those among `members` or not. */
  readonly fileCount: number;
  /** Paragraphs for the details. */
  readonly about: readonly string[];
  /** The events of its files, largest first; samples of them where the findings of a class are no waste. */
  readonly members: Int32Array;
  /** The bytes of each member that count. */
  readonly memberBytes: Float64Array;
}

/** Packages with their files in the final file system. */
export function groupPackages(history: FileHistory, packages: readonly BrowsedPackage[]): Group[] {
  const find = pathFinder(history);
  const top = history.layers.length - 1;
  const eventsOf = (paths: readonly string[]): Member[] =>
    paths.flatMap((path) => {
      const node = find(path);
      const event = node < 0 ? -1 : eventAt(history, node, top);
      return isPresent(history, event) ? [{ event, sizeBytes: history.eventSizes[event] ?? 0 }] : [];
    });
  return packages
    .map((one) => {
      const members = eventsOf(one.files);
      return {
        title: one.name,
        note: `${one.version} (${packageKindName(one.kind)})${inPlace(one)}`,
        sizeBytes: one.sizeBytes,
        fileCount: members.length,
        about: [],
        ...membersOf(members),
      };
    })
    .sort((a, b) => b.sizeBytes - a.sizeBytes || (a.title < b.title ? -1 : 1));
}

/** Findings by kind, the worst and largest first as in the table, each with every file that is known. */
export function groupFindings(
  history: FileHistory,
  findings: readonly Finding[],
  { marks }: WasteMarks,
): Group[] {
  const find = pathFinder(history);
  const marksOfKind = Map.groupBy(marks, ({ kind }) => kind);
  return sumByKind(findings).map(({ kind, sizeBytes, pathCount, worst, all }) => {
    const info = findingKinds[kind];
    const layers = new Set(all.map(({ layer }) => layer));
    // Nothing but empty files of a layer is no finding.
    const known = (marksOfKind.get(kind) ?? []).filter(
      ({ event, sizeBytes }) =>
        sizeBytes > 0 || layers.has(undefined) || layers.has(history.eventLayers[event]),
    );
    const sampled = all.flatMap(({ paths, layer }) =>
      paths.flatMap((path) => {
        const node = find(path);
        const event =
          layer === undefined
            ? eventAt(history, Math.max(node, 0), Infinity)
            : eventOfLayer(history, node, layer);
        return node > 0 && event >= 0 ? [{ event, sizeBytes: history.eventSizes[event] ?? 0 }] : [];
      }),
    );
    return {
      title: info.title,
      note: worst.severity,
      sizeBytes,
      fileCount: known.length > 0 ? known.length : pathCount,
      ...(info.waste === undefined ? {} : { waste: info.waste }),
      about: [info.why, ...new Set(all.map(aboutFinding))].slice(0, 12),
      ...membersOf(known.length > 0 ? known : distinct(sampled)),
    };
  });
}

/** `Fix: …`, with the place where the finding is about no file. */
function aboutFinding(finding: Finding): string {
  const place =
    finding.kind === 'secret-in-environment'
      ? ` (${finding.variable})`
      : finding.kind === 'heavy-dependency'
        ? ` (${finding.distribution})`
        : '';
  return `Remedy${place}: ${finding.remedy}`;
}

interface Member {
  readonly event: number;
  readonly sizeBytes: number;
}

function distinct(members: readonly Member[]): Member[] {
  return [...new Map(members.map((one) => [one.event, one])).values()];
}

function membersOf(members: readonly Member[]): Pick<Group, 'members' | 'memberBytes'> {
  const order = ascending(Float64Array.from(members, ({ sizeBytes }) => -sizeBytes));
  return {
    members: Int32Array.from(order, (position) => members[position]?.event ?? -1),
    memberBytes: Float64Array.from(order, (position) => members[position]?.sizeBytes ?? 0),
  };
}
