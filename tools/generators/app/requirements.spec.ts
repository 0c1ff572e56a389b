import { describe, expect, it } from 'vitest';
import { APPS } from '../../local-system/apps.ts';
import { choosePort } from './requirements.ts';

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
});
