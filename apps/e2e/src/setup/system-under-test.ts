/** Where the system under test answers, and where its clients' credentials are. */
export interface SystemUnderTest {
  readonly authServer: string;
  readonly ordersApi: string;
  readonly billingWorker: string;
  /** Holds the credential file of each client, `<client_id>.json`, the identifier percent-encoded. */
  readonly credentialsDir: string;
  /** Absent where the tests run against a deployment that is not theirs to stop or to look into. */
  readonly own?: OwnSystem;
}

/** What tests can do with a system of their own that they could not do from outside. */
export interface OwnSystem {
  /** Of the control server. */
  readonly controlUrl: string;
  readonly authDatabaseUrl: string;
  readonly ordersDatabaseUrl: string;
  readonly billingDatabaseUrl: string;
  /** Every secret that was generated, one a file. */
  readonly secretsDir: string;
  /** Every access token and client secret that a test was given, one a line: they must be in no log. */
  readonly tokensFile: string;
  /** Present where the system runs as processes, to which tests add some of their own. */
  readonly processes?: ProcessAccess;
}

export interface ProcessAccess {
  readonly dataDir: string;
  readonly superuserUrl: string;
  /** Where each app of the system answers, by its name. */
  readonly urls: Readonly<Record<string, string>>;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly system: SystemUnderTest;
  }
}
