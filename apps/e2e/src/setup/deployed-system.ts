import type { SystemUnderTest } from './system-under-test.js';

/** The deployment that the environment names, if it names one. */
export function deployedSystem(environment: NodeJS.ProcessEnv): SystemUnderTest | undefined {
  const { E2E_AUTH_SERVER_URL, E2E_ORDERS_API_URL, E2E_BILLING_WORKER_URL } = environment;
  const { E2E_CREDENTIALS_DIR } = environment;
  const given = [
    E2E_AUTH_SERVER_URL,
    E2E_ORDERS_API_URL,
    E2E_BILLING_WORKER_URL,
    E2E_CREDENTIALS_DIR,
  ];
  if (given.every((value) => !value)) return undefined;
  const [authServer, ordersApi, billingWorker, credentialsDir] = given;
  if (!authServer || !ordersApi || !billingWorker || !credentialsDir) {
    throw new Error(
      'a deployment is tested with all of E2E_AUTH_SERVER_URL, E2E_ORDERS_API_URL, ' +
        'E2E_BILLING_WORKER_URL and E2E_CREDENTIALS_DIR set',
    );
  }
  return { authServer, ordersApi, billingWorker, credentialsDir };
}
