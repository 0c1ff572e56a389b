import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Line, Moment, Watch } from './passage.ts';
import { StatementReader } from './statement-reader.ts';

/** A way to a PostgreSQL server on which each statement and each answer is seen before it goes on. */
export class DatabaseRelay {
  readonly #line: Line;
  readonly #watch: Watch;
  readonly #targetPort: () => Promise<number>;
  readonly #listener: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(line: Line, targetPort: () => Promise<number>, watch: Watch) {
    this.#line = line;
    this.#targetPort = targetPort;
    this.#watch = watch;
    this.#listener = createServer({ noDelay: true, pauseOnConnect: true }, (caller) => {
      void this.#passOn(caller);
    });
  }

  /** @param targetPort the server's, asked for at each connection. */
  static async start(
    line: Line,
    targetPort: () => Promise<number>,
    watch: Watch,
  ): Promise<DatabaseRelay> {
    const relay = new DatabaseRelay(line, targetPort, watch);
    await once(relay.#listener.listen(0, '127.0.0.1'), 'listening');
    return relay;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#listener.close(resolve));
  }

  async #passOn(caller: Socket): Promise<void> {
    this.#keep(caller);
    const port = await this.#targetPort();
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#keep(server);
    caller.on('close', () => server.destroy());
    server.on('close', () => caller.destroy());
    this.#tie(caller, server);
    caller.resume();
  }

  #tie(caller: Socket, server: Socket): void {
    const reader = new StatementReader();
    let unanswered: string | undefined;
    caller.on('data', (chunk) => {
      for (const { bytes, statement } of reader.read(chunk)) {
        if (!this.#passes('before', statement)) server.destroy();
        if (server.destroyed) return;
        server.write(bytes);
        unanswered = statement;
        if (!this.#passes('sent', statement)) server.destroy();
      }
    });
    server.on('data', (chunk) => {
      const goesOn = this.#passes('answered', unanswered);
      unanswered = undefined;
      if (goesOn) caller.write(chunk);
      else server.destroy();
    });
  }

  #passes(moment: Moment, what: string | undefined): boolean {
    return what === undefined || this.#watch({ line: this.#line, moment, what });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
