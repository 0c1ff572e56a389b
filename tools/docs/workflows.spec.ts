import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { repositoryFiles } from './markdown.ts';

interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly permissions?: unknown;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

const read = (file: string) => readFileSync(join(WORKSPACE_ROOT, file), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

describe.each(repositoryFiles('.github/workflows/*.yml'))('%s', (file) => {
  const workflow = parse(read(file)) as Workflow;
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it('may read the repository and nothing else', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const { permissions } of jobs) expect(permissions).toBeUndefined();
  });

  it('ends', () => {
    for (const job of jobs) expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
  });

  it('names the version of each action', () => {
    for (const { uses = '@v1' } of steps) expect(uses).toMatch(/@(v\d+|[0-9a-f]{40})$/);
  });

  it('runs scripts that package.json has, and puts nothing of a pull request into a shell', () => {
    for (const { run = '' } of steps) {
      expect(run).not.toContain('${{');
      const [, script = 'test'] = /npm run ([\w:-]+)/.exec(run) ?? [];
      expect(scripts).toHaveProperty([script]);
    }
  });
});
