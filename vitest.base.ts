import swc from 'unplugin-swc';
import type { ViteUserConfig } from 'vitest/config';

/**
 * What every project's tests share: decorators with metadata, which Nest's injection by type needs,
 * and our libs resolved from source, so that a test never runs against a stale build.
 */
export const base: ViteUserConfig = {
  plugins: [
    swc.vite({
      module: { type: 'es6' },
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
    }),
  ],
  resolve: { conditions: ['@m2m/source'] },
  ssr: { resolve: { conditions: ['@m2m/source'] } },
  test: {
    // Many tests start a PostgreSQL or stop one, beside others that do. How fast that is, is not what they test.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
  },
};
