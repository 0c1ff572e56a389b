import type { Passage } from './passage.ts';
import type { PassageTrigger } from './strike.ts';

interface Laid {
  readonly trigger: PassageTrigger;
  readonly strike: () => boolean;
  seen: number;
}

/** Strikes that wait for something to pass. */
export class Ambushes {
  readonly #laid = new Set<Laid>();

  /**
   * Has something done at the very moment that a trigger tells, before anything else can happen.
   *
   * @param strike says whether what passes goes on nevertheless.
   * @returns what takes the ambush away again.
   */
  lay(trigger: PassageTrigger, strike: () => boolean): () => void {
    const laid: Laid = { trigger, strike, seen: 0 };
    this.#laid.add(laid);
    return () => this.#laid.delete(laid);
  }

  /** To be told of all that passes. */
  readonly watch = (passage: Passage): boolean => {
    let goesOn = true;
    for (const laid of this.#laid) {
      if (!matches(laid.trigger, passage)) continue;
      laid.seen += 1;
      if (laid.seen < laid.trigger.nth) continue;
      this.#laid.delete(laid);
      goesOn = laid.strike() && goesOn;
    }
    return goesOn;
  };
}

function matches({ line, moment, kind }: PassageTrigger, passage: Passage): boolean {
  return line === passage.line && moment === passage.moment && kind.pattern.test(passage.what);
}
