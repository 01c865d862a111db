import { missingCheckProgram } from '../../dockerfile/index.ts';
import type { ComposeService, Project } from '../../project/index.ts';

/**
 * What is wrong with a health check of a compose file: it calls a program that the image lacks, so that it fails always. Only what is certain
 * is said: images that are known to lack it, into which nothing installs the program.
 */
export function faultOfCheck(project: Project, check: ComposeService['healthcheck']): string | undefined {
  if (check === undefined || check === 'disabled') return undefined;
  const missing = missingCheckProgram(project.dockerfile.model, check.slice(1).join(' '));
  return missing === undefined
    ? undefined
    : `its check calls ${missing.program}, which ${missing.base} does not have and nothing installs, so it fails always: take it out, and one with Python is proposed`;
}
