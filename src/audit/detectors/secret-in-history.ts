import { type Finding, findingFacts, findSecrets, redactInstruction } from '../../finding/index.ts';
import type { AuditSubject } from '../audit-subject.ts';
import type { ImageDetector } from '../detector.ts';
import { isEnvironmentInstruction } from '../environment-instruction.ts';

interface Step {
  readonly createdBy: string;
  /** Undefined for an instruction that made no layer, and where history and layers differ in number. */
  readonly layer: number | undefined;
}

/** Secrets in the recorded instructions: build arguments, options, URLs, headers; each is told once, where it occurs first. */
export const secretInHistory: ImageDetector = {
  name: 'secret-in-history',
  detect(subject) {
    const seen = new Set<string>();
    // What the environment holds in the end is told as such.
    const variables = new Map(
      subject.image.config.env.map((one) => [one.slice(0, one.indexOf('=')), one] as const),
    );
    return stepsOf(subject).flatMap(({ createdBy, layer }) =>
      findSecrets(createdBy).flatMap(({ kind, name, start, end }): Finding[] => {
        const value = createdBy.slice(start, end);
        if (seen.has(`${name}=${value}`)) return [];
        seen.add(`${name}=${value}`);
        if (
          isEnvironmentInstruction(createdBy) &&
          name !== undefined &&
          variables.get(name)?.includes(value.replace(/^["']|["']$/g, '')) === true
        ) {
          return [];
        }
        return [
          {
            kind: 'secret-in-history',
            secret: kind,
            ...(name === undefined ? {} : { variable: name }),
            ...findingFacts('secret-in-history', {
              instruction: redactInstruction(createdBy),
              ...(layer === undefined ? {} : { layer }),
            }),
          },
        ];
      }),
    );
  },
};

function stepsOf({ image }: AuditSubject): Step[] {
  const { history } = image.config;
  if (history.length === 0) {
    return image.layers.map(({ createdBy }, layer) => ({ createdBy: createdBy ?? '', layer }));
  }
  const isComplete = history.filter(({ isEmptyLayer }) => !isEmptyLayer).length === image.layers.length;
  let next = 0;
  return history.map(({ createdBy, isEmptyLayer }) => {
    const layer = isEmptyLayer || !isComplete ? undefined : next;
    if (!isEmptyLayer) next += 1;
    return { createdBy, layer };
  });
}
