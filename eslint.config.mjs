import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/**
 * Who may import whom. What is not listed is forbidden.
 *
 * @param {string[]} forTests scopes that tests may import in addition.
 */
function boundaries(forTests = []) {
  const may = (sourceTag, scopes) => ({
    sourceTag,
    onlyDependOnLibsWithTags: [...scopes, ...forTests],
  });
  return [
    'error',
    {
      enforceBuildableLibDependency: true,
      depConstraints: [
        // The server issues tokens, and is a resource server too: its admin API is guarded by them.
        may('scope:auth-server', [
          'scope:token-issuance',
          'scope:guards',
          'scope:resource-server',
          'scope:service-defaults',
        ]),
        // A resource server knows tokens from the outside only: it can verify, never issue or acquire.
        may('scope:orders-api', [
          'scope:guards',
          'scope:resource-server',
          'scope:orders-contract',
          'scope:service-defaults',
        ]),
        // A client acquires tokens and never looks into them.
        may('scope:billing-worker', [
          'scope:client-credentials',
          'scope:service-client',
          'scope:orders-contract',
          'scope:service-defaults',
        ]),
        // The guards as a service of ours has them: with its log, its metrics and its readiness.
        may('scope:resource-server', ['scope:guards', 'scope:service-defaults']),
        // The token client as a service of ours has it: with its metrics and its readiness.
        may('scope:service-client', ['scope:client-credentials', 'scope:service-defaults']),
        // Each of these stands alone, so that a team can take one folder away and use it.
        may('scope:token-issuance', []),
        may('scope:guards', []),
        may('scope:client-credentials', []),
        may('scope:orders-contract', []),
        may('scope:service-defaults', []),
        // Imported by all tests: were it to import a lib, that lib could not use it in its own tests.
        may('scope:testing', []),
        // Starts the apps as processes; it never loads their code.
        may('scope:tools', []),
        // Sees the system from outside, as clients and operators do.
        may('scope:e2e', ['scope:testing', 'scope:tools']),
      ],
    },
  ];
}

export default tseslint.config(
  { ignores: ['**/dist', '**/out-tsc', '**/node_modules', '.data', '.nx', 'coverage'] },
  js.configs.recommended,
  { plugins: { '@nx': nx } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(),
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // Nest finds what to inject by the types of constructor parameters, which must stay real imports.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Interfaces that expect a promise are often met without having to wait.
      '@typescript-eslint/require-await': 'off',
      // Nest's options are classes by accident; they are meant to be given as literals.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    // Nothing but tests may import what is made for tests.
    files: ['**/*.spec.ts', 'apps/*/src/fixtures/*.ts'],
    rules: { '@nx/enforce-module-boundaries': boundaries(['scope:testing']) },
  },
  {
    files: ['**/vitest.config.ts', 'vitest.base.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  {
    // These run in a browser.
    files: ['tools/flow-page/page/*.mjs'],
    languageOptions: { globals: { document: 'readonly', EventSource: 'readonly' } },
  },
  prettier,
);
