const LONGEST_SHOWN_ID = 100;

/** An identifier that came in, as logs and the audit trail hold it: no more of it than a real one can have. */
export function shownClientId(clientId: string): string {
  // What is cut in the middle of a character would be refused by the database.
  return clientId.slice(0, LONGEST_SHOWN_ID).toWellFormed();
}
