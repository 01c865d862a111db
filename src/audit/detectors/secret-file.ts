import {
  type Finding,
  findingFacts,
  type SecretFileKind,
  type Severity,
  type SizedPath,
} from '../../finding/index.ts';
import type { AuditSubject } from '../audit-subject.ts';
import type { ImageDetector } from '../detector.ts';
import { onceADirectory, placeFinder } from '../file-place.ts';
import { isSecretDirectory, isSecretPlace, wantsSecretContent } from '../secret-places.ts';
import { isNamedLikeSecret, needsContent, secretFileRules, secretInText } from '../secret-rules.ts';

interface StoredFile extends SizedPath {
  readonly layer: number;
}

interface Judgement {
  readonly secret: SecretFileKind;
  readonly severity: Severity;
}

interface SecretGroup extends Judgement {
  readonly layer: number;
  readonly files: SizedPath[];
}

/** Files that hold secrets by their name or their content, in every layer, those that a later layer deletes included. */
export const secretFile: ImageDetector = {
  name: 'secret-file',
  detect(subject) {
    const groups = new Map<string, SecretGroup>();
    for (const file of storedFiles(subject)) {
      const judgement = judge(file, subject);
      if (judgement === undefined || subject.ownerOf(file.path) !== undefined) continue;
      const key = `${file.layer} ${judgement.secret} ${judgement.severity}`;
      const group = groups.get(key) ?? { ...judgement, layer: file.layer, files: [] };
      group.files.push(file);
      groups.set(key, group);
    }
    return [...groups.values()].map((group): Finding => {
      const { secret, severity, layer, files } = group;
      const instruction = subject.instructionOf(layer);
      return {
        kind: 'secret-file',
        secret,
        ...findingFacts('secret-file', { files, layer, instruction, severity }),
      };
    });
  },
};

/** Every file with bytes that a layer stores and that could be a secret by its place and name. */
function* storedFiles({ root }: AuditSubject): Generator<StoredFile> {
  const placeOf = placeFinder();
  const isPossible = onceADirectory(isSecretDirectory);
  const isCandidate = (path: string, sizeBytes: number): boolean => {
    const { directory } = placeOf(path);
    return isPossible(directory) && (isNamedLikeSecret(path) || wantsSecretContent(path, sizeBytes));
  };
  for (const { entry, layer } of root.entries()) {
    const { path, sizeBytes } = entry;
    if (sizeBytes > 0 && isCandidate(path, sizeBytes)) yield { path, sizeBytes, layer };
  }
  for (const { path, sizeBytes, layer } of root.buried) {
    if (sizeBytes > 0 && isCandidate(path, sizeBytes)) yield { path, sizeBytes, layer };
  }
}

function judge({ path, layer }: StoredFile, { root }: AuditSubject): Judgement | undefined {
  const isNamed = isNamedLikeSecret(path);
  if (isNamed && !isSecretPlace(path)) return undefined;
  const content = root.layers[layer]?.content(path);
  const text = content === undefined ? undefined : new TextDecoder('latin1').decode(content);
  const rule = isNamed ? secretFileRules.find(({ pattern }) => pattern.test(path)) : undefined;
  const byName = rule === undefined ? undefined : judgeByRule(rule, text);
  if (byName !== undefined) return byName;
  const secret = text === undefined ? undefined : secretInText(text);
  return secret === undefined ? undefined : { secret, severity: 'error' };
}

function judgeByRule(
  rule: (typeof secretFileRules)[number],
  text: string | undefined,
): Judgement | undefined {
  const { secret, holds } = rule;
  if (text === undefined || holds === undefined) {
    return needsContent(rule) ? undefined : { secret, severity: 'error' };
  }
  if (holds(text)) return { secret, severity: 'error' };
  return rule.isAlwaysSuspect === true ? { secret, severity: 'warning' } : undefined;
}
