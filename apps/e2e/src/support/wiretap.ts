import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Passes connections on to another port of localhost and keeps what comes back on them. */
export class Wiretap {
  private readonly answers: Buffer[][] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /** @param target the port that everything goes on to. */
  static async start(target: number): Promise<Wiretap> {
    const server = createServer();
    const wiretap = new Wiretap(server);
    server.on('connection', (caller) => wiretap.passOn(caller, target));
    await once(server.listen(0, 'localhost'), 'listening');
    return wiretap;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** What a pattern's first group holds wherever it is found in what came back. */
  find(pattern: RegExp): string[] {
    const texts = this.answers.map((chunks) => Buffer.concat(chunks).toString('latin1'));
    return texts.flatMap((text) =>
      Array.from(text.matchAll(pattern), ([whole, part]) => part ?? whole),
    );
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private passOn(caller: Socket, target: number): void {
    const service = connect({ port: target, host: 'localhost' });
    const chunks: Buffer[] = [];
    this.answers.push(chunks);
    service.on('data', (chunk) => chunks.push(chunk));
    this.tie(caller, service);
    this.tie(service, caller);
  }

  private tie(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('error', () => undefined);
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}
