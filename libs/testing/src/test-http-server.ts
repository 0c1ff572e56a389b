import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a test server received it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What it answers: a JSON value or a text, 200 unless it says otherwise. */
export interface TestAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

type Handler = (request: ReceivedRequest) => TestAnswer | Promise<TestAnswer>;

/** A real HTTP server on a free port of the loopback interface, whose answers a test decides. */
export class TestHttpServer {
  /** Every request that arrived, in order. */
  readonly requests: ReceivedRequest[] = [];

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly url: string,
  ) {}

  static async start(handler: Handler): Promise<TestHttpServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    const { port } = server.address() as AddressInfo;
    const testServer = new TestHttpServer(server, `http://localhost:${port}`);
    server.on('request', (request, response) => {
      void testServer.answer(handler, request, response);
    });
    return testServer;
  }

  requestsTo(path: string): ReceivedRequest[] {
    return this.requests.filter((request) => request.path === path);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(
    handler: Handler,
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const request = await receive(incoming);
    this.requests.push(request);
    const { status = 200, headers = {}, body } = await handler(request);
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  }
}

async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
