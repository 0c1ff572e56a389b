import { createTree } from '@nx/devkit/testing';
import { describe, expect, it } from 'vitest';
import { APPS } from '../../local-system/apps.ts';
import { appNames } from './app-names.ts';
import { choosePort, requireNewApp } from './requirements.ts';

const NAMES = appNames('payments-api', { kind: 'API', ending: '-api' });

describe('the name of a new app', () => {
  it.each(['apps', 'libs'])('is not that of a project in %s', (folder) => {
    const tree = createTree();
    tree.write(`${folder}/payments-api/package.json`, '{}');

    expect(() => requireNewApp(tree, NAMES)).toThrow('there is a project');
  });

  it('can be that of an app that was taken back after it had been built', () => {
    const tree = createTree();
    tree.write('apps/payments-api/dist/main.js', '');

    expect(() => requireNewApp(tree, NAMES)).not.toThrow();
  });
});

describe('the port of a new app', () => {
  it('is the next one, or the one that is asked for', () => {
    const highest = Math.max(...Object.values(APPS).map(({ defaultPort }) => defaultPort));
    expect(choosePort(undefined)).toBeGreaterThan(highest);
    // Where the flow is shown.
    expect(choosePort(undefined)).not.toBe(3003);
    expect(choosePort(4_000)).toBe(4_000);
  });

  it.each([80, 65_536, 4_000.5, Number.NaN])('is not %d', (port) => {
    expect(() => choosePort(port)).toThrow('from 1024 to 65535');
  });

  it('is not that of another app', () => {
    expect(() => choosePort(3000)).toThrow('another app');
  });

  it('is not the one of health and metrics', () => {
    expect(() => choosePort(9_000)).toThrow('health and metrics');
  });
});
