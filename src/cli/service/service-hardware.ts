import { type DockerfileModel, type Instruction, shippedStages } from '../../dockerfile/index.ts';
import { redactInstruction } from '../../finding/index.ts';
import type { Project } from '../../project/index.ts';
import { type HardwareEvidence, type HardwareVerdict, hardwareEvidence } from '../../python/index.ts';
import type { ProjectStudy } from '../../slim/index.ts';
import type { NamedService } from './service-start.ts';

/**
 * For which hardware one service is made. Other than for a whole project, only the stages that its image is made of count, and of the
 * compose file only its own variables and build arguments: another service's GPU is not its own.
 * Nor are the sources, where it is not known what it starts (`isKnown`).
 */
export async function serviceHardware(
  { project, study }: { readonly project: Project; readonly study: ProjectStudy },
  named: NamedService | undefined,
  isKnown: boolean,
): Promise<HardwareVerdict> {
  const { dockerfile, texts } = project;
  return hardwareEvidence({
    sources: isKnown ? texts.pythonSources : [],
    servedPaths: new Set(study.application.sources.map((source) => source.path)),
    dockerfile: [
      ...instructionsOf(dockerfile.model).map(({ syntax }) => ({
        file: dockerfile.path,
        line: syntax.startLine,
        text: `${syntax.keyword.toUpperCase()} ${syntax.value}`,
      })),
      ...variablesOf(named),
    ],
    requirements: requestedLines(study),
  });
}

/** The requirements that are installed, as evidence of the hardware takes them. */
export function requestedLines(
  study: ProjectStudy,
): readonly { readonly file: string; readonly line: number; readonly name: string; readonly text: string }[] {
  return study.requirements.flatMap((tree) =>
    tree.requested.map(({ path, line: { startLine: line, name = '' } }) => ({
      file: path,
      line,
      name,
      text: name,
    })),
  );
}

/** An item of evidence as a sentence, secrets masked: `app.py:3 model.cuda() (moves to the GPU unasked)`. */
export function evidenceSentence({ file, line, text, reason }: HardwareEvidence): string {
  return `${file}${line === 0 ? '' : `:${line}`} \`${redactInstruction(text)}\` (${reason})`;
}

function instructionsOf(model: DockerfileModel): readonly Pick<Instruction, 'syntax'>[] {
  return [
    ...model.globalArgs,
    ...shippedStages(model).flatMap((stage) => [{ syntax: stage.from }, ...stage.instructions]),
  ].filter(({ syntax }) => ['from', 'env', 'arg', 'run', 'cmd', 'entrypoint'].includes(syntax.keyword));
}

function variablesOf(
  named: NamedService | undefined,
): readonly { readonly file: string; readonly line: number; readonly text: string }[] {
  if (named === undefined) return [];
  const { service, file } = named;
  const place = { file: `${file.slice(file.lastIndexOf('/') + 1)}, service ${service.name}`, line: 0 };
  return [...Object.entries(service.environment), ...Object.entries(service.args)].flatMap(([name, value]) =>
    value === undefined ? [] : [{ ...place, text: `${name}=${value}` }],
  );
}
