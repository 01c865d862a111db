import { describe, expect, inject, test } from 'vitest';
import { docker } from './run-cli.ts';
import { declaredBy, explain, inContainer, leanCopy, slimProject } from './slim-project.ts';

/** A project as a team would have written it, and what has to hold for its lean image. */
export interface ProjectCase {
  readonly name: string;
  /** What a careless tool breaks here. */
  readonly trap: string;
  /** The lean image's part of the fat one, at most. */
  readonly mostOfFat: number;
  readonly options?: readonly string[];
  /** Requests that both images must have answered alike. */
  readonly asked: readonly string[];
  /** What the lean Dockerfile must say. */
  readonly says?: readonly (string | RegExp)[];
  /** What it must not say. */
  readonly saysNot?: readonly (string | RegExp)[];
  /** A reason that the report gives for system packages. */
  readonly because?: RegExp;
  /** A stage that the image takes nothing of; it must build with the lean files, too. */
  readonly otherStage?: string;
  /** A shell script in the lean image and all that it prints. */
  readonly inside: readonly (readonly [script: string, output: string])[];
}

/** Prints the names of what is there of compilers, version control and the like. */
export const toolsIn = (names: string): string => `for it in ${names}; do command -v $it; done; true`;
/** Nothing that only a build needs. */
export const noBuildTools: ProjectCase['inside'][number] = [
  toolsIn('gcc g++ cc make cmake git vim poetry pdm'),
  '',
];

/** Each project is built fat and lean with a real engine, and both are asked the same. */
export function describeProjects(title: string, cases: readonly ProjectCase[]): void {
  describe.skipIf(inject('lab') === undefined)(`${title} ${inject('noLabBecause')}`, () => {
    test.each(cases)('$name becomes lean and does the same: $trap', async (project) => {
      const slimmed = await slimProject(project.name, project);
      const { report, dockerfile } = slimmed;
      const { fat, lean } = report.comparison.total;
      expect(lean.contentBytes / fat.contentBytes).toBeLessThanOrEqual(project.mostOfFat);
      const probes = report.verification.requests.map(({ probe }) => probe);
      for (const request of project.asked)
        expect(
          probes.filter((probe) => probe.startsWith(request)),
          `${request} of ${probes}`,
        ).not.toEqual([]);

      for (const text of project.says ?? []) expect(dockerfile).toMatch(text);
      for (const text of project.saysNot ?? []) expect(dockerfile).not.toMatch(text);
      if (project.because !== undefined)
        expect(report.edits.map(({ reason }) => reason)).toContainEqual(
          expect.stringMatching(project.because),
        );
      expect(await declaredBy(slimmed.lean)).toEqual(await declaredBy(slimmed.fat));
      for (const [script, output] of project.inside)
        expect(await inContainer(slimmed.lean, script), script).toBe(output);

      const leanProject = leanCopy(slimmed.folder);
      expect(await explain(leanProject, project)).toMatch(/^Nothing to change/);
      if (project.otherStage !== undefined)
        await docker('build', '--quiet', '--target', project.otherStage, leanProject);
    });
  });
}
