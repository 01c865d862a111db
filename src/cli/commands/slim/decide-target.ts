import { posix } from 'node:path';
import {
  type DockerfileModel,
  type InstructionSyntax,
  runningCommands,
  withInner,
} from '../../../dockerfile/index.ts';
import type { ComposeDocument, Project } from '../../../project/index.ts';
import { type HardwareEvidence, hardwareEvidence } from '../../../python/index.ts';
import type { ProjectStudy, TargetDecision } from '../../../slim/index.ts';
import { evidenceSentence, requestedLines } from '../../service/service-hardware.ts';

/** For whom the image is made: as given, or by the evidence of sources, compose file, Dockerfile and requirements. In doubt the GPU build stays. */
export async function decideTarget(
  project: Project,
  study: ProjectStudy,
  given: 'cpu' | 'gpu' | 'auto',
): Promise<TargetDecision> {
  if (given !== 'auto') return { device: given, source: 'given', evidence: [] };
  const { dockerfile, texts, compose } = project;
  const { verdict, evidence } = await hardwareEvidence({
    sources: texts.pythonSources,
    servedPaths: new Set(study.application.sources.map((source) => source.path)),
    compose: [...(compose?.documents ?? []), ...includedBuilders(project)].map((one) => ({
      path: posix.relative(project.directory, one.file),
      text: one.text,
    })),
    dockerfile: dockerfile.syntax.instructions
      .filter((one) => ['from', 'env', 'arg', 'run', 'cmd', 'entrypoint'].includes(one.keyword))
      .map((one) => ({
        file: dockerfile.path,
        line: one.startLine,
        text: textOf(one, dockerfile.model),
      })),
    requirements: requestedLines(study),
  });
  if (verdict === 'cpu')
    return { device: 'cpu', source: 'found', evidence: cpuEvidence(evidence, texts.pythonSources.length) };
  const signs = evidence
    .filter((one) => one.speaksFor === 'gpu')
    .slice(0, 5)
    .map(evidenceSentence);
  return {
    device: 'gpu',
    source: 'found',
    evidence:
      verdict === 'unclear'
        ? [`not clear, so the GPU build stays (--target cpu swaps it): ${signs[0] ?? ''}`, ...signs.slice(1)]
        : signs,
  };
}

/** As written; of a RUN with branches that its ARG and ENV rule out, the commands that are left. */
function textOf(syntax: InstructionSyntax, model: DockerfileModel): string {
  const run = model.stages
    .flatMap(({ instructions }) => instructions)
    .find((one) => one.syntax === syntax && one.commands?.some(({ branches }) => branches !== undefined));
  const left = run === undefined ? [] : runningCommands(run);
  const isWhole = run === undefined || left.length === (run.commands ?? []).flatMap(withInner).length;
  const text = isWhole ? syntax.value : left.map(({ words }) => words.join(' ')).join(' && ');
  return `${syntax.keyword.toUpperCase()} ${text}`;
}

/** Of the included compose files those that build this project: what the others start has GPUs of its own. */
function includedBuilders({ compose }: Project): readonly ComposeDocument[] {
  return (compose?.included ?? []).filter((one) =>
    compose?.builders.some(({ name }) => compose.origins.get(name) === one),
  );
}

function cpuEvidence(evidence: readonly HardwareEvidence[], fileCount: number): string[] {
  const forCpu = evidence
    .filter((one) => one.speaksFor === 'cpu')
    .slice(0, 3)
    .map(evidenceSentence);
  const weak = evidence
    .filter((one) => one.speaksFor === 'gpu')
    .slice(0, 3)
    .map(evidenceSentence);
  if (weak.length > 0) return [...forCpu, ...weak.map((text) => `only a hint of a GPU: ${text}`)];
  return forCpu.length > 0
    ? forCpu
    : [
        `no sign of a GPU in Dockerfile, compose file, requirements and ${fileCount === 1 ? '1 Python file' : `${fileCount} Python files`}`,
      ];
}
