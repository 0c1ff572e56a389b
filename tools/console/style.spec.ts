import { describe, expect, it } from 'vitest';
import { styler } from './style.mjs';

describe('styler', () => {
  it('colours a terminal', () => {
    expect(styler({ isTTY: true }, {})('green', 'ok')).toBe('\u001b[32mok\u001b[39m');
  });

  it('leaves a pipe plain', () => {
    expect(styler({}, {})('green', 'ok')).toBe('ok');
  });

  it('leaves a terminal plain whose user wants no colour', () => {
    expect(styler({ isTTY: true }, { NO_COLOR: '1' })('green', 'ok')).toBe('ok');
  });
});
