import { defineConfig, type ViteUserConfig } from 'vitest/config';

const needsEngine = ['src/**/*.engine.test.ts', 'test/e2e/**/*.test.ts'];

/** Two projects: what runs anywhere, and what needs a container engine (`vitest run --project unit` leaves that out). */
const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/lab/**/*.test.ts', 'tools/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: needsEngine,
          testTimeout: 60_000,
          // It imports JSON as bundlers do, and Node does not.
          server: { deps: { inline: ['@actions/workflow-parser'] } },
        },
      },
      {
        test: {
          name: 'engine',
          include: needsEngine,
          globalSetup: 'test/e2e/global-setup.ts',
          server: { deps: { inline: ['@actions/expressions'] } },
          // Engines are shared and builds are heavy: one file at a time.
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});

export default config;
