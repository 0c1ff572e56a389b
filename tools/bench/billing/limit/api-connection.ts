import { HttpConnection } from '../../load/http-connection.ts';
import { httpRequest } from '../../load/workloads/workload.ts';

/** A connection to orders-api that is kept alive, with nothing around it. */
export class ApiConnection {
  readonly #connection: HttpConnection;
  readonly #authorization: string;

  static async open(port: number, accessToken: string): Promise<ApiConnection> {
    return new ApiConnection(await HttpConnection.open(port), `Bearer ${accessToken}`);
  }

  private constructor(connection: HttpConnection, authorization: string) {
    this.#connection = connection;
    this.#authorization = authorization;
  }

  get(path: string): Promise<unknown> {
    return this.#send(httpRequest('GET', path, { authorization: this.#authorization }));
  }

  put(path: string, body: object): Promise<unknown> {
    const headers = { authorization: this.#authorization, 'content-type': 'application/json' };
    return this.#send(httpRequest('PUT', path, headers, JSON.stringify(body)));
  }

  close(): void {
    this.#connection.close();
  }

  async #send(request: string): Promise<unknown> {
    const { status, body } = await this.#connection.send(request);
    if (status !== 200) throw new Error(`orders-api answered ${status}: ${body}`);
    return JSON.parse(body);
  }
}
