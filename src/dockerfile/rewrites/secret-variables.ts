import { findSecrets } from '../../finding/index.ts';
import type { Stage } from '../model.ts';
import { isSecretName } from '../secret-names.ts';
import type { ResolvedDockerfile, RewriteFacts } from './rewrite.ts';
import { isPlainRun, mergeChanges, noChange, type SecretChange, secretText } from './secret-change.ts';
import { installerVariable, pairsOf, unquoted } from './secret-derived.ts';
import { variableReader } from './secret-readers.ts';
import { secretUse } from './secret-use.ts';

/** `ENV PIP_INDEX_URL=https://user:password@host/simple`: what stands in the Dockerfile itself. */
export function secretVariables(dockerfile: ResolvedDockerfile, facts: RewriteFacts): SecretChange {
  return mergeChanges(dockerfile.model.stages.flatMap((stage) => changesOf(dockerfile, stage, facts)));
}

function changesOf(dockerfile: ResolvedDockerfile, stage: Stage, facts: RewriteFacts): SecretChange[] {
  const { syntax, placeOf, model } = dockerfile;
  return stage.instructions.flatMap((instruction) =>
    pairsOf(instruction, syntax, 'env').flatMap((pair): SecretChange[] => {
      const value = unquoted(pair);
      const [secret] = findSecrets(value).filter(({ start, end }) => !value.slice(start, end).includes('$'));
      const isLiteral =
        secret !== undefined || (isSecretName(pair.name) && value !== '' && !value.includes('$'));
      if (!isLiteral) return [];
      const place = placeOf(instruction.syntax);
      const behind = stage.instructions.slice(stage.instructions.indexOf(instruction) + 1);
      const reader = variableReader(pair.name, false);
      const users = behind.flatMap((run) => {
        const use = run.syntax.keyword === 'run' ? secretUse(run, reader, { model, facts }) : undefined;
        return use === undefined ? [] : [{ run, use }];
      });
      const runs = users.map(({ run }) => run);
      const isMovable =
        secret !== undefined &&
        installerVariable.test(pair.name) &&
        /^[\w:/.@%+~-]*$/.test(value) &&
        runs.length > 0 &&
        runs.every(isPlainRun) &&
        !model.stages.some((one) => one.baseStage === stage.position);
      if (!isMovable)
        return [
          {
            ...noChange,
            leftAlone: [
              `${place}: ${pair.name} holds a secret that everybody who has the image can read; the running container may need it: hand it in when the container starts`,
            ],
          },
        ];
      const id = `${pair.name.toLowerCase()}_password`;
      const moved = `${value.slice(0, secret.start)}${secretText(id)}${value.slice(secret.end)}`;
      return [
        {
          mounts: runs.map((run) => ({ run, id, isRequired: true })),
          assignments: runs.map((run) => ({ run, text: `${pair.name}="${moved}"` })),
          edits: [],
          removals: [{ instruction, pair }],
          secrets: [{ id, source: { kind: 'literal', value: value.slice(secret.start, secret.end) } }],
          subjects: [`the password in ${pair.name}`],
          leftAlone: users.flatMap(({ run, use }) =>
            typeof use === 'object' ? [`${placeOf(run.syntax)} gets ${pair.name} too: ${use.because}`] : [],
          ),
        },
      ];
    }),
  );
}
