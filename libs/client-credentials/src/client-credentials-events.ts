import type { TokenFailureReason } from './token-request-error.js';

/** A request for a token, from the reading of the credentials to the end of the answer. */
export interface TokenFetch {
  /** The name of the registration it was made for. */
  readonly registration: string;
  readonly seconds: number;
}

/** A request for a token that brought none. */
export interface TokenFailure extends TokenFetch {
  readonly reason: TokenFailureReason;
  /** Whether the next one may go well without anybody changing anything. */
  readonly transient: boolean;
}

/**
 * What can be told of the work with tokens, for logs and metrics. These functions are called in the middle of
 * requests: they have to be quick and must not throw.
 */
export interface ClientCredentialsEvents {
  /** A token was handed out to be used. */
  readonly onTokenUsed?: ((registration: string) => void) | undefined;
  readonly onTokenFetched?: ((fetch: TokenFetch) => void) | undefined;
  readonly onTokenFailed?: ((failure: TokenFailure) => void) | undefined;
  /** A call was sent once more, since its token was refused. */
  readonly onCallRetried?: ((registration: string) => void) | undefined;
}
