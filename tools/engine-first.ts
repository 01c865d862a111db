import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The order of test files: those that build with an engine first, the longest runs among them at the head, so that the short
 * ones fill the other workers while a build waits. Vitest's own order (failed ones, then long ones) holds within each project.
 */
export class EngineFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const needsEngine = (file: TestSpecification): boolean => file.project.name === 'engine';
    return [...sorted.filter(needsEngine), ...sorted.filter((file) => !needsEngine(file))];
  }
}
