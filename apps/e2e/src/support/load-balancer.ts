import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as requestFrom,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** One address for several servers of the same kind, which get the requests in turn. */
export class LoadBalancer {
  private readonly agent = new Agent({ keepAlive: true });
  private servers: readonly string[] = [];
  private turn = 0;

  /** How many requests of each method have come. */
  readonly requests = new Map<string, number>();

  private constructor(private readonly listener: Server) {}

  static async start(): Promise<LoadBalancer> {
    const listener = createServer();
    const balancer = new LoadBalancer(listener);
    listener.on('request', (request, response) => balancer.passOn(request, response));
    await once(listener.listen(0, 'localhost'), 'listening');
    return balancer;
  }

  get url(): string {
    return `http://localhost:${(this.listener.address() as AddressInfo).port}`;
  }

  /** @param servers the URLs of the servers that get the requests from now on. */
  serve(servers: readonly string[]): void {
    this.servers = servers;
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    this.listener.closeAllConnections();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private passOn(request: IncomingMessage, response: ServerResponse): void {
    const server = this.servers[this.turn++ % this.servers.length];
    const { method = '', headers, url = '' } = request;
    this.requests.set(method, (this.requests.get(method) ?? 0) + 1);
    const onward = requestFrom(new URL(url, server), { method, headers, agent: this.agent });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  }
}
