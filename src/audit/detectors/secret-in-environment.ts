import { findingFacts, findSecrets, redactInstruction } from '../../finding/index.ts';
import type { AuditSubject } from '../audit-subject.ts';
import type { ImageDetector } from '../detector.ts';
import { isEnvironmentInstruction } from '../environment-instruction.ts';

/** Variables of the image's configuration that hold a secret by their name or their value; the value is never told. */
export const secretInEnvironment: ImageDetector = {
  name: 'secret-in-environment',
  detect: (subject) =>
    subject.image.config.env.flatMap((assignment) => {
      if (findSecrets(`ENV ${assignment}`).length === 0) return [];
      const variable = assignment.slice(0, assignment.indexOf('='));
      const instruction = instructionThatSets(variable, subject);
      return [
        {
          kind: 'secret-in-environment' as const,
          variable,
          ...findingFacts('secret-in-environment', { instruction }),
        },
      ];
    }),
};

/** The last ENV that names the variable, masked; it made no layer. */
function instructionThatSets(variable: string, { image }: AuditSubject): string | undefined {
  const found = image.config.history.findLast(
    ({ createdBy }) => isEnvironmentInstruction(createdBy) && createdBy.includes(` ${variable}=`),
  );
  return found === undefined ? undefined : redactInstruction(found.createdBy);
}
