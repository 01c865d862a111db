import { availableParallelism } from 'node:os';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { EngineFirst } from './tools/engine-first.ts';

const needsEngine = ['src/**/*.engine.test.ts', 'test/e2e/**/*.test.ts'];

/**
 * One more than there are processors: a test that waits for an engine leaves its processor to others. Both projects say the same
 * number and so share the workers; with different ones they would run one after the other.
 */
const maxWorkers = availableParallelism() + 1;

/**
 * Files share the process of their worker and what was loaded there: a new one for each of 280 files cost more than most of their
 * tests. No file replaces a module, and what one puts in place of a global or a variable it gives back.
 */
const isolate = false;

/** Two projects: what runs anywhere, and what needs a container engine (`vitest run --project unit` leaves that out). */
const config: ViteUserConfig = defineConfig({
  test: {
    sequence: { sequencer: EngineFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src', 'test/lab', 'test/sweep', 'tools', 'bench'].map(
            (folder) => `${folder}/**/*.test.ts`,
          ),
          exclude: needsEngine,
          globalSetup: ['tools/own-temporary-folder.ts', 'tools/program-under-test.ts'],
          maxWorkers,
          isolate,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // It imports JSON as bundlers do, and Node does not.
          server: { deps: { inline: ['@actions/workflow-parser'] } },
        },
      },
      {
        test: {
          name: 'engine',
          include: needsEngine,
          globalSetup: [
            'tools/own-temporary-folder.ts',
            'tools/program-under-test.ts',
            'test/e2e/global-setup.ts',
          ],
          maxWorkers,
          isolate,
          server: { deps: { inline: ['@actions/expressions'] } },
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});

export default config;
