import { runProcess, UserError } from '../../../base/index.ts';
import { applyLeanFiles, diffOf, type LeanFile } from '../../../slim/index.ts';
import type { CliEnvironment } from '../../environment.ts';

/** What to apply, and how sure of it one is. */
export interface ApplyRequest {
  readonly projectDir: string;
  readonly files: readonly LeanFile[];
  readonly isForce: boolean;
  /** `same`: the lean image was built and behaves as the fat one. */
  readonly verdict: 'same' | 'cannot-judge' | 'unverified';
}

/** Shows the diff, keeps a backup, writes the lean files into the project. Refuses on a dirty git tree and on what nobody verified, unless forced. */
export async function apply(request: ApplyRequest, environment: CliEnvironment): Promise<void> {
  const { projectDir, files, isForce } = request;
  const diff = diffOf(files);
  if (diff === '') {
    environment.progress.note('Nothing to apply: the project is lean already.');
    return;
  }
  if (request.verdict !== 'same' && !isForce) throw refusal(request.verdict);
  if (!isForce) await refuseDirtyTree(projectDir);
  for (const line of diff.split('\n')) environment.progress.note(line);
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const backup = await applyLeanFiles(projectDir, files, stamp);
  environment.progress.note(`Applied. The files as they were are in ${backup}.`);
}

function refusal(verdict: ApplyRequest['verdict']): UserError {
  return verdict === 'unverified'
    ? new UserError('Nothing was applied: the lean image was not built and compared with the fat one.', {
        hint: 'Run with an engine, or add --force to apply what is only forecast.',
      })
    : new UserError('Nothing was applied: that the lean image behaves as the fat one could not be shown.', {
        hint: 'See the report for the reason and remove it, or add --force to apply all the same.',
      });
}

/** Rejects when the project lies in a git tree with uncommitted changes: the lean files could not be told apart from them. */
export async function refuseDirtyTree(projectDir: string): Promise<void> {
  const status = await runProcess('git', ['-C', projectDir, 'status', '--porcelain', '--', '.']).catch(
    () => undefined,
  );
  // No git, or no repository: the backup has to do.
  if (status === undefined || status.code !== 0 || status.stdout.trim() === '') return;
  const changed = status.stdout.trimEnd().split('\n');
  throw new UserError(
    `Nothing was applied: the git tree has uncommitted changes (${changed
      .slice(0, 3)
      .map((line) => line.slice(3))
      .join(', ')}${changed.length > 3 ? ', …' : ''}).`,
    {
      hint: 'Commit or stash them, so that the lean files can be told apart from your own changes; or add --force.',
    },
  );
}
