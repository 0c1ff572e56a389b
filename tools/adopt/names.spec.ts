import { describe, expect, it } from 'vitest';
import { rename } from './names.ts';

const adoption = {
  scope: '@zeta',
  name: 'zeta-platform',
  title: 'Zeta',
  ports: { 'auth-server': 3000, 'orders-api': 3001, 'billing-worker': 3002 },
  issuer: undefined,
  ordersApiUrl: undefined,
  licenceHolder: undefined,
  service: undefined,
};

describe('rename', () => {
  it.each([
    ["import { Public } from '@m2m/guards';", "import { Public } from '@zeta/guards';"],
    ['"customConditions": ["@m2m/source"]', '"customConditions": ["@zeta/source"]'],
    ["join(folder, 'node_modules/@m2m', lib)", "join(folder, 'node_modules/@zeta', lib)"],
    ['name: m2m', 'name: zeta-platform'],
    ['newName: m2m/auth-server', 'newName: zeta-platform/auth-server'],
    ['/run/secrets/m2m/database-url', '/run/secrets/zeta-platform/database-url'],
    ["process.env['M2M_DATA_DIR']", "process.env['ZETA_PLATFORM_DATA_DIR']"],
  ])('makes of %s: %s', (before, after) => {
    expect(rename('a.ts', before, adoption)).toBe(after);
  });

  it.each(['m2m_revocation_feed_endpoint', 'client@m2mail.example', 'm2ms'])(
    'leaves %s alone, which is another name',
    (text) => {
      expect(rename('a.ts', text, adoption)).toBe(text);
    },
  );

  it('renames in a lock file the packages and nothing else, in the order that npm keeps', () => {
    const digest = { version: '1.0.0', integrity: 'sha512-a/m2m/b+@m2m==' };
    const before = {
      name: '@m2m/workspace',
      packages: {
        '': { name: '@m2m/workspace', dependencies: { '@m2m/guards': '0.1.0', '@swc/core': '1' } },
        'libs/guards': { name: '@m2m/guards', engines: { node: '1', npm: '1', bun: '1' } },
        'node_modules/@m2m/guards': { resolved: 'libs/guards', link: true },
        'node_modules/@swc/core': digest,
      },
    };

    const after = rename('package-lock.json', `${JSON.stringify(before, null, 2)}\n`, adoption);

    expect(after).toBe(
      `${JSON.stringify(
        {
          name: '@zeta/workspace',
          packages: {
            '': {
              name: '@zeta/workspace',
              dependencies: { '@swc/core': '1', '@zeta/guards': '0.1.0' },
            },
            'libs/guards': { name: '@zeta/guards', engines: { node: '1', npm: '1', bun: '1' } },
            'node_modules/@swc/core': digest,
            'node_modules/@zeta/guards': { resolved: 'libs/guards', link: true },
          },
        },
        null,
        2,
      )}\n`,
    );
  });
});
