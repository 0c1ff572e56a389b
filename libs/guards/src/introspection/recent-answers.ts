import { LRUCache } from 'lru-cache';
import type { Client } from '../verification/client.js';

/** Finds out by asking whose a token is. */
type Question = (token: string) => Promise<Client>;

interface Answer {
  readonly client: Client;
  /** Milliseconds since the epoch. */
  readonly goodUntil: number;
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

  /** @param now milliseconds since the epoch. */
  constructor(
    private readonly seconds: number,
    private readonly now: () => number,
  ) {}

  recall(token: string): Client | undefined {
    const answer = this.kept.get(token);
    return answer && this.now() < answer.goodUntil ? answer.client : undefined;
  }

  ask(token: string, question: Question): Promise<Client> {
    if (this.seconds === 0) return question(token);
    return this.underWay.get(token) ?? this.askAnew(token, question);
  }

  private askAnew(token: string, question: Question): Promise<Client> {
    const answer = this.answerTo(token, question).finally(() => this.underWay.delete(token));
    this.underWay.set(token, answer);
    return answer;
  }

  private async answerTo(token: string, question: Question): Promise<Client> {
    const askedAt = this.now();
    const client = await question(token);
    const goodUntil = Math.min(askedAt + this.seconds * 1_000, client.expiresAt * 1_000);
    this.kept.set(token, { client, goodUntil });
    return client;
  }
}
