import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FlowHistory, SETTLE_MS } from '../flow/flow-history.ts';
import type { Span } from '../otlp/span.ts';
import { readPageFiles } from './page-files.ts';
import { RunStream } from './run-stream.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { receiveTraces } from './trace-receiver.ts';

/** Names by which this machine calls itself. A page elsewhere whose name was made to lead here has another. */
const OWN_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A page that shows the traces it is sent as a sequence diagram, while they come. On this machine only. */
export class FlowPage {
  readonly #files = readPageFiles();
  readonly #history = new FlowHistory(() => performance.now());
  readonly #stream = new RunStream();
  readonly #server: Server;
  #publishing: NodeJS.Timeout | undefined;

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  /**
   * @param port 0 for any that is free.
   * @throws Error with the system's code, if nobody can listen there.
   */
  static async start(port: number): Promise<FlowPage> {
    const page = new FlowPage();
    await new Promise<void>((resolve, reject) => {
      page.#server.once('error', reject);
      page.#server.listen(port, 'localhost', resolve);
    });
    return page;
  }

  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** For `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`. */
  get tracesEndpoint(): string {
    return `${this.url}/v1/traces`;
  }

  async close(): Promise<void> {
    clearTimeout(this.#publishing);
    this.#stream.close();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const { method, url = '/', headers } = request;
    const host = `http://${headers.host ?? ''}`;
    if (!URL.canParse(host) || !OWN_NAMES.has(new URL(host).hostname)) {
      response.writeHead(421).end();
    } else if (method === 'POST' && url === '/v1/traces') {
      // A sender that breaks off has nobody to be answered.
      receiveTraces(request, response, (spans) => this.#take(spans)).catch(() =>
        response.destroy(),
      );
    } else if (method !== 'GET') {
      response.writeHead(405, { allow: 'GET' }).end();
    } else if (url === '/runs') {
      this.#stream.connect(response);
    } else {
      this.#serveFile(url, response);
    }
  }

  #serveFile(path: string, response: ServerResponse): void {
    const file = this.#files.get(path);
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': file.type }).end(file.body);
  }

  #take(spans: readonly Span[]): void {
    this.#history.add(spans);
    this.#publishSoon();
  }

  // Late enough for the others to have told of the same, and for many exports to be one change of the page.
  #publishSoon(): void {
    this.#publishing ??= setTimeout(() => {
      this.#publishing = undefined;
      this.#stream.publish(this.#history.runs());
      if (this.#history.isSettling) this.#publishSoon();
    }, SETTLE_MS);
  }
}
