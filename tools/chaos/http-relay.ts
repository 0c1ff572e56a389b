import { once } from 'node:events';
import { Agent, createServer, request as requestFrom } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Line, Moment, Watch } from './passage.ts';

/** A way to an HTTP server on which each request and each answer is seen as a whole before it goes on. */
export class HttpRelay {
  readonly #line: Line;
  readonly #target: string;
  readonly #watch: Watch;
  readonly #listener: Server;
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(line: Line, target: string, watch: Watch) {
    this.#line = line;
    this.#target = target;
    this.#watch = watch;
    this.#listener = createServer((request, response) => {
      void this.#passOn(request, response);
    });
  }

  /** @param target the base URL of the server. */
  static async start(line: Line, target: string, watch: Watch): Promise<HttpRelay> {
    const relay = new HttpRelay(line, target, watch);
    await once(relay.#listener.listen(0, 'localhost'), 'listening');
    return relay;
  }

  get url(): string {
    return `http://localhost:${(this.#listener.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    this.#listener.closeAllConnections();
    await new Promise((resolve) => this.#listener.close(resolve));
  }

  async #passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const passes = (moment: Moment) =>
      this.#watch({ line: this.#line, moment, what: `${method} ${url}` });
    const cut = () => request.socket.destroy();
    try {
      const body = await bytesOf(request);
      if (!passes('before')) return void cut();
      const onward = requestFrom(new URL(url, this.#target), {
        method,
        headers,
        agent: this.#agent,
      });
      const coming = once(onward, 'response') as Promise<[IncomingMessage]>;
      const sent = new Promise<void>((resolve) => onward.end(body, resolve));
      await Promise.race([sent, coming]);
      if (!passes('sent')) cut();
      const [answer] = await coming;
      const content = await bytesOf(answer);
      if (!passes('answered')) return void cut();
      response.writeHead(answer.statusCode ?? 502, answer.headers).end(content);
    } catch {
      // An end of the line is dead: the other one sees what it would see without a relay.
      cut();
    }
  }
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
