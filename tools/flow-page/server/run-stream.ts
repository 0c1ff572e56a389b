import type { ServerResponse } from 'node:http';
import type { Run } from '../flow/run.ts';

/** A reader that is so far behind is not read any more; it asks anew by itself. */
const MOST_UNREAD_BYTES = 16 * 1024 * 1024;
const RETRY_MS = 1_000;

/** What readers are sent: the runs that are new or have changed, and the ids of all that there are. */
interface Update {
  readonly runs: readonly Run[];
  readonly ids: readonly string[];
}

/** Sends the runs to whoever looks at the page, by server-sent events (HTML Living Standard, 9.2). */
export class RunStream {
  readonly #readers = new Set<ServerResponse>();
  #runs: readonly Run[] = [];
  /** By the id of each run what was sent of it. */
  #sent: ReadonlyMap<string, string> = new Map();

  /** Adds a reader, who gets all that there is first. */
  connect(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`retry: ${RETRY_MS}\n\n`);
    send(response, { runs: this.#runs, ids: idsOf(this.#runs) });
    this.#readers.add(response);
    response.once('close', () => this.#readers.delete(response));
  }

  /** Tells all readers of what has changed. */
  publish(runs: readonly Run[]): void {
    const now = new Map(runs.map((run) => [run.id, JSON.stringify(run)]));
    const changed = runs.filter(({ id }) => now.get(id) !== this.#sent.get(id));
    const hasChanged = changed.length > 0 || now.size !== this.#sent.size;
    this.#runs = runs;
    this.#sent = now;
    if (!hasChanged) return;
    for (const reader of this.#readers) send(reader, { runs: changed, ids: idsOf(runs) });
  }

  close(): void {
    for (const reader of this.#readers) reader.end();
  }
}

function idsOf(runs: readonly Run[]): string[] {
  return runs.map(({ id }) => id);
}

function send(reader: ServerResponse, update: Update): void {
  if (reader.writableLength > MOST_UNREAD_BYTES) reader.destroy();
  else reader.write(`data: ${JSON.stringify(update)}\n\n`);
}
