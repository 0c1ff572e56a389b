import type { ProcessName } from '../local-system/apps.ts';
import type { Line, Moment } from './passage.ts';

/** What a strike waits for. */
export type Trigger = PassageTrigger | DelayTrigger;

/** The n-th passage of its kind since the strike before. */
export interface PassageTrigger {
  readonly line: Line;
  readonly moment: Moment;
  readonly kind: PassageKind;
  readonly nth: number;
}

export interface PassageKind {
  /** By which it is told of. */
  readonly name: string;
  readonly pattern: RegExp;
}

export interface DelayTrigger {
  readonly delayMs: number;
}

/** One process that is killed, or several at once, and when. */
export interface Strike {
  readonly victims: readonly [ProcessName, ...ProcessName[]];
  /** How long the first of them is left alone before, once it is there again. */
  readonly restMs: number;
  readonly trigger: Trigger;
}

/** Several sequences of strikes that are carried out at the same time, each in its order. */
export type Plan = readonly Iterable<Strike>[];

/** How a trigger is told of, the same for all of its kind. */
export function nameOf(trigger: Trigger): string {
  if ('delayMs' in trigger) return 'any time';
  return `${trigger.kind.name}, ${MOMENT_NAMES[trigger.moment]}`;
}

const MOMENT_NAMES: Readonly<Record<Moment, string>> = {
  before: 'before it arrives',
  sent: 'as it is carried out',
  answered: 'its answer lost',
};
