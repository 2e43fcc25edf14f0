/** How the front-end's unit tests run: as it is built, with a DOM. */

import { defineConfig, mergeConfig } from 'vitest/config';

import vite from './vite.config';

export default mergeConfig(
  vite,
  defineConfig({
    resolve: { conditions: ['browser'] },
    test: { environment: 'jsdom', include: ['src/**/*.test.ts'] },
  }),
);
