import { describe, expect, it, vi } from 'vitest';
import { StepReporter } from './step-reporter.mjs';

class Output {
  text = '';
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }
}

describe('StepReporter', () => {
  it('prints whole lines without control characters into a pipe', async () => {
    const output = new Output(false);
    await new StepReporter(output).step('migrating', 'migrations applied', () => undefined);
    expect(output.text).toMatch(/^ {2}✓ migrations applied {2}\d+ ms\n$/);
  });

  it('marks a failed step and passes the failure on', async () => {
    const output = new Output(false);
    const step = new StepReporter(output).step('migrating', 'migrations applied', () => {
      throw new Error('refused');
    });
    await expect(step).rejects.toThrow('refused');
    expect(output.text).toContain('✗ migrating');
  });

  it('announces a long step to a pipe', async () => {
    vi.useFakeTimers();
    try {
      const output = new Output(false);
      let finish: () => void = () => undefined;
      const step = new StepReporter(output).step(
        'installing',
        'installed',
        () => new Promise<void>((resolve) => (finish = resolve)),
      );
      vi.advanceTimersByTime(6_000);
      expect(output.text).toContain('… installing');
      finish();
      await step;
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps the running line of a terminal below other lines', async () => {
    const output = new Output(true);
    const reporter = new StepReporter(output);
    await reporter.step('installing', 'installed', () => reporter.line('a notice'));
    expect(output.text).toContain('\u001b[2Ka notice\n  … installing');
  });
});
