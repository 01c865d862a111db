import type { BuriedEntry } from '../../filetree/index.ts';
import { type Finding, findingFacts } from '../../finding/index.ts';
import type { AuditSubject } from '../audit-subject.ts';
import type { ImageDetector } from '../detector.ts';
import { ownersOf } from '../group-claims.ts';

/** Why bytes are dead → the kind of finding. */
export const buriedKinds: Readonly<
  Record<BuriedEntry['reason'], 'overwritten-file' | 'deleted-file' | 'metadata-copy' | 'unchanged-copy'>
> = {
  overwritten: 'overwritten-file',
  deleted: 'deleted-file',
  'metadata-only': 'metadata-copy',
  unchanged: 'unchanged-copy',
};

/** Bytes that a layer stores and a later one hides: one finding for each storing layer, hiding layer and reason. */
export const deadBytes: ImageDetector = {
  name: 'dead-bytes',
  detect(subject) {
    const groups = Map.groupBy(
      subject.root.buried.filter(({ sizeBytes }) => sizeBytes > 0),
      (one) => `${one.layer} ${one.buriedBy} ${one.reason}`,
    );
    return [...groups.values()].flatMap((files) => deadFinding(files, subject));
  },
};

function deadFinding(files: readonly BuriedEntry[], subject: AuditSubject): Finding[] {
  const [first] = files;
  if (first === undefined) return [];
  const kind = buriedKinds[first.reason];
  const { layer, buriedBy } = first;
  const instruction = subject.instructionOf(layer);
  const facts = findingFacts(kind, { files, layer, instruction, ...ownersOf(files, subject) });
  const where = buriedBy === layer ? 'by the same layer' : `by layer ${buriedBy}`;
  return [{ kind, ...facts, remedy: `${facts.remedy} Hidden ${where}.` }];
}
