import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a database of its own, which can be cut or left without a word. */
export class DatabaseLink {
  private readonly sockets = new Set<Socket>();
  private state: 'whole' | 'cut' | 'silent' = 'whole';

  private constructor(
    private readonly listener: Server,
    private readonly database: URL,
  ) {}

  static async start(databaseUrl: string): Promise<DatabaseLink> {
    const listener = createServer({ pauseOnConnect: true });
    const link = new DatabaseLink(listener, new URL(databaseUrl));
    listener.on('connection', (caller) => link.passOn(caller));
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    return link;
  }

  /** Of the database by this way. */
  get url(): string {
    const url = new URL(this.database);
    url.host = `127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
    return url.href;
  }

  /** Ends the connections there are, and every other at once. */
  cut(): void {
    this.state = 'cut';
    for (const socket of this.sockets) socket.destroy();
  }

  /** Passes nothing on any more, in either direction; the connections seem to be there still. */
  silence(): void {
    this.state = 'silent';
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  /** Lets new connections through. Those that were silent are gone. */
  mend(): void {
    this.cut();
    this.state = 'whole';
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private passOn(caller: Socket): void {
    this.keep(caller);
    if (this.state === 'cut') caller.destroy();
    if (this.state !== 'whole') return;
    const database = connect(Number(this.database.port), this.database.hostname);
    this.keep(database);
    caller.on('close', () => database.destroy());
    database.on('close', () => caller.destroy());
    caller.pipe(database).pipe(caller);
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }
}
