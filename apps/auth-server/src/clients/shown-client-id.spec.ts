import { describe, expect, it } from 'vitest';
import { shownClientId } from './shown-client-id.js';

describe('the client_id that is shown', () => {
  it.each([
    ['worker', 'worker'],
    ['größer 😀', 'größer 😀'],
    ['x'.repeat(1_000), 'x'.repeat(100)],
    [`${'x'.repeat(99)}😀`, `${'x'.repeat(99)}\ufffd`],
    ['\0', '\ufffd'],
    ['a\rat_b\n\u007f\u0085c', 'a\ufffdat_b\ufffd\ufffd\ufffdc'],
  ])('of %j is %j', (clientId, shown) => {
    expect(shownClientId(clientId)).toBe(shown);
  });
});
