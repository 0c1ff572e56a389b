import { HttpService } from '@nestjs/axios';
import {
  Inject,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
} from '@nestjs/common';
import { authorizeRequests } from './authorize-requests.js';
import type { ClientCredentialsEvents } from './client-credentials-events.js';
import { checkRegistration, type ClientRegistration } from './client-registration.js';
import { createHttpClient } from './http-client.js';
import { IssuerClient } from './issuer-client.js';
import { TokenProvider } from './token-provider.js';

export interface ClientCredentialsModuleOptions {
  /** By names of the application's own, one for each API it calls. */
  readonly registrations: Readonly<Record<string, ClientRegistration>>;
  /**
   * Headers to send along with every request, such as those of W3C Trace Context, unless it has them of its own.
   * Every API gets them, and the issuer: nothing that is secret may be among them.
   */
  readonly headers?: (() => Readonly<Record<string, string>>) | undefined;
  readonly events?: ClientCredentialsEvents | undefined;
}

/** Options of which all but the names, which say what there will be to inject, are injected. */
export interface ClientCredentialsModuleAsyncOptions {
  /** The names of the registrations. */
  readonly names: readonly string[];
  /** Modules that export what is injected. */
  readonly imports?: ModuleMetadata['imports'];
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (
    ...parts: never[]
  ) => ClientCredentialsModuleOptions | Promise<ClientCredentialsModuleOptions>;
}

/** The token by which a registration's `TokenProvider` is injected. */
export const tokenProviderToken = (name: string) => `client-credentials:${name}:tokens`;

/** The token by which a registration's `HttpService` is injected. */
export const httpServiceToken = (name: string) => `client-credentials:${name}:http`;

/** Injects the `TokenProvider` of a registration. */
export const InjectTokenProvider = (name: string) => Inject(tokenProviderToken(name));

/** Injects the `HttpService` of a registration: its requests carry the client's token to its API. */
export const InjectHttpService = (name: string) => Inject(httpServiceToken(name));

/** The options, as they are injected into the module's own providers. */
const OPTIONS = 'client-credentials:options';

/** Gives an application access tokens of its own and HTTP clients that send them. */
@Module({})
export class ClientCredentialsModule {
  static forRoot(options: ClientCredentialsModuleOptions): DynamicModule {
    return ClientCredentialsModule.forRootAsync({
      names: Object.keys(options.registrations),
      useFactory: () => options,
    });
  }

  static forRootAsync({
    names,
    imports = [],
    inject = [],
    useFactory,
  }: ClientCredentialsModuleAsyncOptions): DynamicModule {
    const providers = names.flatMap(providersOf);
    return {
      module: ClientCredentialsModule,
      imports,
      providers: [{ provide: OPTIONS, inject, useFactory }, ...providers],
      exports: providers.map(({ provide }) => provide),
    };
  }
}

function providersOf(name: string): FactoryProvider[] {
  return [
    {
      provide: tokenProviderToken(name),
      inject: [OPTIONS],
      useFactory: (options: ClientCredentialsModuleOptions) => tokenProvider(name, options),
    },
    {
      provide: httpServiceToken(name),
      inject: [OPTIONS, tokenProviderToken(name)],
      useFactory: (options: ClientCredentialsModuleOptions, tokens: TokenProvider) =>
        httpService(name, options, tokens),
    },
  ];
}

function tokenProvider(name: string, options: ClientCredentialsModuleOptions): TokenProvider {
  const registration = registrationOf(name, options);
  checkRegistration(name, registration);
  return new TokenProvider(name, registration, {
    client: new IssuerClient(options.headers),
    now: Date.now,
    uptime: () => performance.now(),
    random: Math.random,
    events: options.events,
  });
}

function httpService(
  name: string,
  options: ClientCredentialsModuleOptions,
  tokens: TokenProvider,
): HttpService {
  const { headers = () => ({}), events } = options;
  const { apiUrl } = registrationOf(name, options);
  const http = createHttpClient({ baseURL: apiUrl });
  authorizeRequests(http, apiUrl, tokens, () => events?.onCallRetried?.(name));
  http.interceptors.request.use((request) => {
    // What the request itself says counts, that it goes without such a header included.
    request.headers.set(headers(), false);
    return request;
  });
  return new HttpService(http);
}

function registrationOf(name: string, options: ClientCredentialsModuleOptions): ClientRegistration {
  const registration = options.registrations[name];
  if (!registration) throw new RangeError(`there is no registration ${name}`);
  return registration;
}
