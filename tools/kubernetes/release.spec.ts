import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KUBERNETES } from './overlays.ts';

/** Stands in for the cluster: writes down what it is asked, and fails at what it is told to. */
const KUBECTL = `#!/bin/sh
echo "$*" >>"$CALLS"
[ "$1" != "$FAILING" ]
`;

describe('release.sh', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'release-'));
    writeFileSync(join(directory, 'kubectl'), KUBECTL);
    chmodSync(join(directory, 'kubectl'), 0o755);
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  function release(args: readonly string[], failing = '') {
    const calls = join(directory, 'calls');
    const { status } = spawnSync('sh', [join(KUBERNETES, 'release.sh'), ...args], {
      env: {
        PATH: `${directory}:${process.env['PATH'] ?? ''}`,
        CALLS: calls,
        FAILING: failing,
      },
    });
    const lines = existsSync(calls) ? readFileSync(calls, 'utf8').trimEnd().split('\n') : [];
    return { status, calls: lines };
  }

  it('prepares the databases, waits for that, and then rolls out', () => {
    expect(release(['my-overlay'])).toEqual({
      status: 0,
      calls: [
        expect.stringMatching(/^delete jobs .*--selector release-step=preparation/),
        'apply --kustomize my-overlay --selector release-step!=rollout',
        expect.stringMatching(
          /^wait .*condition=complete .*jobs --selector release-step=preparation/,
        ),
        'apply --kustomize my-overlay',
        expect.stringMatching(/^rollout status .*deployments --selector release-step=rollout/),
      ],
    });
  });

  it('rolls out nothing after a migration that has failed', () => {
    const { status, calls } = release(['my-overlay'], 'wait');
    expect(status).not.toBe(0);
    expect(calls.at(-1)).toMatch(/^wait/);
  });

  it('wants to know what to release', () => {
    const { status, calls } = release([]);
    expect(status).not.toBe(0);
    expect(calls).toEqual([]);
  });
});
