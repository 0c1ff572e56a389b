import type { GuardsEvents } from '../guards-events.js';
import { basicAuthorization, type ResourceServerClient } from '../issuer/client-credentials.js';
import { discoverEndpoint } from '../issuer/discover-endpoint.js';
import { fetchJson, NoAnswerError, type Fetch } from '../issuer/fetch-json.js';
import { IntrospectionUnavailableError } from '../verification/token-refusal.js';

/** As which client the resource server asks about tokens. */
export interface IntrospectionClient extends ResourceServerClient {
  /** Where to ask, where that is not to be discovered from the issuer's metadata. */
  readonly endpoint?: string | undefined;
  /**
   * For how many seconds an answer about a live token is kept: 0 by default, so that a revoked token is refused
   * at once, and 60 at most.
   */
  readonly cacheSeconds?: number;
}

export interface IntrospectionEndpointOptions {
  readonly issuer: string;
  readonly client: IntrospectionClient;
  readonly fetch: Fetch;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly events?: Pick<GuardsEvents, 'onIntrospectionFailed'>;
}

/** An introspection response (RFC 7662 2.2). */
export interface IntrospectionResponse {
  readonly active: boolean;
  readonly [member: string]: unknown;
}

/** For how long an answer shows that there will be another. */
const READY_AFTER_ANSWER_MS = 5_000;
/** A token that nobody has been given. */
const READINESS_TOKEN = 'readiness';
/** How long nothing is asked after there was no answer. Then one question finds out whether there is one again. */
const COOL_DOWN_MS = 1_000;

/** That there was no answer, and whether a question is under way that finds out if there is one again. */
interface Silence {
  /** When it began. */
  readonly since: number;
  probed: boolean;
}

/**
 * An authorization server's introspection endpoint (RFC 7662 2). While it is silent, one question at a time
 * waits for it and all others fail at once: else each would take as long as the one before.
 */
export class IntrospectionEndpoint {
  private discovered: Promise<string> | undefined;
  private lastAnswerAt = Number.NEGATIVE_INFINITY;
  private silence: Silence | undefined;
  private probe: Promise<IntrospectionResponse> | undefined;

  constructor(private readonly options: IntrospectionEndpointOptions) {}

  /**
   * Asks about a token. No answer is kept here: what is revoked is so for the next question.
   *
   * @throws IntrospectionUnavailableError for anything but an introspection response, a refusal of the
   *   resource server's own credentials included.
   */
  async introspect(token: string): Promise<IntrospectionResponse> {
    this.failInSilence();
    try {
      const response = await this.ask(token);
      this.lastAnswerAt = this.options.now();
      this.silence = undefined;
      return response;
    } catch (error) {
      this.lastAnswerAt = Number.NEGATIVE_INFINITY;
      // An answer that is of no use is quick, and can be due to the token: others may fare better.
      const isSilent = error instanceof NoAnswerError;
      this.silence = isSilent ? { since: this.options.now(), probed: false } : undefined;
      // The issuer may have moved its endpoint: the next question looks up where it is.
      this.discovered = undefined;
      throw this.unavailable(error);
    }
  }

  /**
   * Resolves if there are answers: if there has just been one, or else if there is one about a token that
   * does not exist.
   *
   * @throws IntrospectionUnavailableError
   */
  async ready(): Promise<void> {
    if (this.options.now() - this.lastAnswerAt < READY_AFTER_ANSWER_MS) return;
    this.probe ??= this.introspect(READINESS_TOKEN).finally(() => {
      this.probe = undefined;
    });
    await this.probe;
  }

  private failInSilence(): void {
    if (!this.silence) return;
    const { since, probed } = this.silence;
    if (probed || this.options.now() - since < COOL_DOWN_MS) {
      throw new IntrospectionUnavailableError('no introspection: there was no answer lately');
    }
    this.silence.probed = true;
  }

  private async ask(token: string): Promise<IntrospectionResponse> {
    const url = await this.url();
    const { body } = await fetchJson(this.options.fetch, url, {
      method: 'POST',
      headers: {
        authorization: await basicAuthorization(this.options.client),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
    });
    if (!isIntrospectionResponse(body)) throw new Error(`${url} does not say what is active`);
    return body;
  }

  private url(): Promise<string> {
    const { fetch, issuer, client } = this.options;
    this.discovered ??=
      client.endpoint === undefined
        ? discoverEndpoint(fetch, issuer, 'introspection_endpoint')
        : Promise.resolve(client.endpoint);
    return this.discovered;
  }

  private unavailable(cause: unknown): IntrospectionUnavailableError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const error = new IntrospectionUnavailableError(`no introspection: ${reason}`, { cause });
    this.options.events?.onIntrospectionFailed?.(error);
    return error;
  }
}

function isIntrospectionResponse(
  body: Readonly<Record<string, unknown>>,
): body is IntrospectionResponse {
  return typeof body['active'] === 'boolean';
}
