import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that run longest, by the end of their path: Vitest goes by size where it has not seen a run, as in CI. */
export const longest: readonly string[] = [
  'e2e/projects-apart.test.ts',
  'e2e/projects.test.ts',
  'e2e/projects-with-libraries.test.ts',
  'e2e/shrink-examples.test.ts',
  'engines/every.engine.test.ts',
  'e2e/slim-churn.test.ts',
  'e2e/bad-input.test.ts',
  'e2e/push.test.ts',
  'e2e/deps.test.ts',
  'reading/built.test.ts',
  'e2e/heavy-layer.test.ts',
  'e2e/take-back.test.ts',
  'shrink/verify-shrunk.engine.test.ts',
  'deps/run-deps.test.ts',
  'slim/linked-libraries.test.ts',
  'rewrites/properties.test.ts',
  'rules/fix-properties.test.ts',
  'registry/push.test.ts',
];

/** Where a file stands, of its project and all: the smaller, the earlier. */
export function rankOf(path: string, project: string): number {
  const at = longest.findIndex((end) => path.endsWith(`/${end}`));
  return (project === 'engine' ? 0 : longest.length + 1) + (at === -1 ? longest.length : at);
}

/**
 * The order of test files: those that build with an engine first, the longest runs at the head, so that the short ones fill the other
 * workers while a build waits, and none runs on alone at the end. Vitest's own order (failed ones, then long ones) holds for the rest.
 */
export class EngineFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId, project }: TestSpecification): number => rankOf(moduleId, project.name);
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
