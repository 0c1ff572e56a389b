import { LRUCache } from 'lru-cache';
import type { Client } from '../verification/client.js';

/** Finds out by asking whose a token is. */
type Question = (token: string) => Promise<Client>;

/** What is given from outside, so that tests can tell the time. */
export interface Clocks {
  /** Milliseconds since the epoch: for what tokens say of their times. */
  readonly now: () => number;
  /** Milliseconds of a clock that never goes back: for how long something has been kept. */
  readonly uptime: () => number;
}

interface Answer {
  readonly client: Client;
  /** By the clock that never goes back. */
  readonly keptUntil: number;
}

const KEPT_ANSWERS = 10_000;

/**
 * Keeps for some seconds who the client of a live token is, never longer than the token lives, and lets all who
 * ask the same at the same time share one question. With zero seconds it does neither: whoever asks after a
 * revocation has to be told of it, which the answer to an earlier question may not.
 */
export class RecentAnswers {
  private readonly kept = new LRUCache<string, Answer>({ max: KEPT_ANSWERS });
  private readonly underWay = new Map<string, Promise<Client>>();

  constructor(
    private readonly seconds: number,
    private readonly clocks: Clocks,
  ) {}

  recall(token: string): Client | undefined {
    const answer = this.kept.get(token);
    return answer && this.isGood(answer) ? answer.client : undefined;
  }

  ask(token: string, question: Question): Promise<Client> {
    if (this.seconds === 0) return question(token);
    return this.underWay.get(token) ?? this.askAnew(token, question);
  }

  private isGood({ client, keptUntil }: Answer): boolean {
    return this.clocks.uptime() < keptUntil && this.clocks.now() < client.expiresAt * 1_000;
  }

  private askAnew(token: string, question: Question): Promise<Client> {
    const answer = this.answerTo(token, question).finally(() => this.underWay.delete(token));
    this.underWay.set(token, answer);
    return answer;
  }

  private async answerTo(token: string, question: Question): Promise<Client> {
    const askedAt = this.clocks.uptime();
    const client = await question(token);
    this.kept.set(token, { client, keptUntil: askedAt + this.seconds * 1_000 });
    return client;
  }
}
