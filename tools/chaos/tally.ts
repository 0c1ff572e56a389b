import type { ProcessName } from '../local-system/apps.ts';
import { nameOf } from './strike.ts';
import type { Trigger } from './strike.ts';

/** Counts kills by victim and trigger. */
export class Tally {
  readonly #byVictim = new Map<ProcessName, Map<string, number>>();
  #total = 0;

  /** @param onTrigger whether it came when its trigger did; else nothing of the kind had passed for too long. */
  add(victim: ProcessName, trigger: Trigger, onTrigger: boolean): void {
    const counts = this.#byVictim.get(victim) ?? new Map<string, number>();
    const name = onTrigger ? nameOf(trigger) : 'its trigger did not come';
    counts.set(name, (counts.get(name) ?? 0) + 1);
    this.#byVictim.set(victim, counts);
    this.#total += 1;
  }

  get total(): number {
    return this.#total;
  }

  of(victim: ProcessName): number {
    return this.triggers(victim).reduce((sum, [, count]) => sum + count, 0);
  }

  /** How often each trigger has killed a victim, the most frequent first. */
  triggers(victim: ProcessName): readonly (readonly [name: string, count: number])[] {
    const counts = [...(this.#byVictim.get(victim) ?? [])];
    return counts.toSorted(([, a], [, b]) => b - a);
  }
}
