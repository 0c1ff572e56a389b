import { describe, expect, it } from 'vitest';
import { seededPlan } from './seeded-plan.ts';
import type { Strike } from './strike.ts';
import { nameOf } from './strike.ts';

const STRIKES = 500;

function firstOf(strikes: Iterable<Strike>): Strike[] {
  const first: Strike[] = [];
  for (const strike of strikes) if (first.push(strike) === STRIKES) break;
  return first;
}

describe('seededPlan', () => {
  const plan = (seed: number) => seededPlan(seed).map(firstOf);

  it('follows from the seed alone', () => {
    expect(plan(7)).toEqual(plan(7));
    expect(plan(8)).not.toEqual(plan(7));
  });

  it('kills each process', () => {
    const victims = plan(1).flatMap((strikes) => strikes.flatMap((strike) => strike.victims));
    expect(new Set(victims).size).toBe(4);
  });

  it('kills the worker in each window in which something could be lost', () => {
    const [worker = []] = plan(1);
    const names = new Set(worker.map(({ trigger }) => nameOf(trigger)));
    for (const step of ['insert of invoices', 'numbering', 'enqueueing', 'commit of invoices']) {
      expect(names).toContain(`${step}, before it arrives`);
      expect(names).toContain(`${step}, its answer lost`);
    }
    for (const step of ['report', 'settlement', 'end of jobs']) {
      expect(names).toContain(`${step}, before it arrives`);
      expect(names).toContain(`${step}, as it is carried out`);
      expect(names).toContain(`${step}, its answer lost`);
    }
  });
});
