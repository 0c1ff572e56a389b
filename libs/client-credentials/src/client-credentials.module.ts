import { HttpService } from '@nestjs/axios';
import { Module, type DynamicModule } from '@nestjs/common';
import { authorizeRequests } from './authorize-requests.js';
import type { ClientRegistration } from './client-registration.js';
import { createHttpClient } from './http-client.js';
import { TokenEndpoint } from './token-endpoint.js';
import { TokenProvider } from './token-provider.js';

export interface ClientCredentialsModuleOptions {
  readonly registration: ClientRegistration;
  /** The API that is called with the token. */
  readonly apiUrl: string;
  /** Headers to send along with every request, such as those of W3C Trace Context. */
  readonly headers?: () => Readonly<Record<string, string>>;
}

/** An `HttpService` whose requests carry the client's access token to its API. */
export class AuthorizedHttpService extends HttpService {}

/** Gives an application an access token of its own and an HTTP client that sends it. */
@Module({})
export class ClientCredentialsModule {
  static forRoot(options: ClientCredentialsModuleOptions): DynamicModule {
    const { registration, apiUrl, headers } = options;
    const plainHttp = createHttpClient({ validateStatus: () => true });
    const apiHttp = createHttpClient({ baseURL: apiUrl });
    if (headers) {
      for (const http of [plainHttp, apiHttp]) {
        http.interceptors.request.use((request) => {
          request.headers.set(headers());
          return request;
        });
      }
    }
    const endpoint = new TokenEndpoint(registration, plainHttp, Date.now);
    const tokens = new TokenProvider(endpoint, { now: Date.now, random: Math.random });
    const api = new AuthorizedHttpService(authorizeRequests(apiHttp, apiUrl, tokens));
    return {
      module: ClientCredentialsModule,
      providers: [
        { provide: TokenProvider, useValue: tokens },
        { provide: AuthorizedHttpService, useValue: api },
      ],
      exports: [TokenProvider, AuthorizedHttpService],
    };
  }
}
