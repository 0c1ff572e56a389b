/** Where the system under test answers, and where its clients' credentials are. */
export interface SystemUnderTest {
  readonly authServer: string;
  readonly ordersApi: string;
  readonly billingWorker: string;
  /** Holds the credential file of each client, `<client_id>.json`, the identifier percent-encoded. */
  readonly credentialsDir: string;
  /** Absent where the tests run against a deployment that is not theirs to stop or to look into. */
  readonly local?: LocalAccess;
}

/** What tests can do with a system of their own that they could not do from outside. */
export interface LocalAccess {
  readonly dataDir: string;
  readonly controlUrl: string;
  readonly superuserUrl: string;
  readonly authDatabaseUrl: string;
  readonly ordersDatabaseUrl: string;
  readonly billingDatabaseUrl: string;
  /** Every access token that a test was given, one a line: they must be in no log. */
  readonly tokensFile: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly system: SystemUnderTest;
  }
}
