import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HttpConnection } from './http-connection.ts';
import type { Tally } from './tally.ts';
import type { Workload } from './workloads/workload.ts';

/** Each connection sends its next request when it has its answer. */
export async function closedLoop(
  connections: readonly HttpConnection[],
  workload: Workload,
  tally: Tally,
): Promise<void> {
  await Promise.all(
    connections.map(async (connection) => {
      while (!tally.isOver) {
        const request = workload.next();
        const sentAt = performance.now();
        workload.check(await connection.send(request));
        tally.count(sentAt);
      }
    }),
  );
}

/**
 * Requests come at a fixed rate. One that finds no connection free waits, and its wait counts: a server that
 * stalls is not spared the requests that would have come meanwhile.
 */
export async function openLoop(
  connections: readonly HttpConnection[],
  workload: Workload,
  tally: Tally,
  perSecond: number,
): Promise<void> {
  const idle = [...connections];
  const startedAt = performance.now();
  const dueAt = (index: number) => startedAt + (index * 1_000) / perSecond;
  let fault: Error | undefined;
  const send = async (connection: HttpConnection, request: string, since: number) => {
    try {
      workload.check(await connection.send(request));
      tally.count(since);
      idle.push(connection);
    } catch (error) {
      fault ??= error instanceof Error ? error : new Error(String(error));
    }
  };
  let sent = 0;
  while (!tally.isOver && fault === undefined) {
    while (performance.now() >= dueAt(sent)) {
      const connection = idle.pop();
      if (!connection) break;
      void send(connection, workload.next(), dueAt(sent));
      sent += 1;
    }
    await nextTurn();
  }
  if (fault) throw fault;
}
