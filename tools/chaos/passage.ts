/**
 * The lines of the system that what passes can be seen on and stopped: from the worker to its database, to the
 * API and to the token endpoint, and from the API to its database.
 */
export type Line = 'worker-database' | 'api-database' | 'orders-api' | 'token-endpoint';

/**
 * - `before`: it has not arrived at the other end.
 * - `sent`: it is on its way, the answer has not come.
 * - `answered`: the answer has come, the sender does not have it yet.
 */
export type Moment = 'before' | 'sent' | 'answered';

/** Something that passes: a statement of SQL with its answer, or a request with its answer. */
export interface Passage {
  readonly line: Line;
  readonly moment: Moment;
  /** The statement, or the request as `PUT /orders/…`. */
  readonly what: string;
}

/** Sees all that passes, before it goes on. Says whether it does; otherwise its connection is cut. */
export type Watch = (passage: Passage) => boolean;
