const NETWORK_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

// PostgreSQL's codes for a lost connection, too many connections, a server that starts or stops, a statement
// that took too long, and a lock or conflict that is gone with the next try.
const SQL_STATES = /^(08...|53300|57P0[123]|57014|55P03|40P01|40001)$/;

// A query runner is released when its connection is lost, also in the middle of a transaction.
const DRIVER_MESSAGES =
  /Query runner already released|Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Connection with .* is not established|Driver not Connected/i;

/** The database has not answered for longer than somebody was ready to wait. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';

  constructor() {
    super('the database gives no answer');
  }
}

/** Whether an error means that the database is away, as opposed to refusing what it was asked. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof DatabaseUnavailableError) return true;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && (NETWORK_ERRORS.has(code) || SQL_STATES.test(code))) return true;
  if (DRIVER_MESSAGES.test(error.message)) return true;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  return isDatabaseUnavailable((error as { driverError?: unknown }).driverError);
}
