const LONGEST_SHOWN_ID = 100;
const CONTROL_CHARACTERS = /\p{Cc}/gu;

/** An identifier that came in, as logs and the audit trail hold it: no more of it than a real one can have. */
export function shownClientId(clientId: string): string {
  // The database refuses a NUL, and half of a character, which what is cut may end with.
  return clientId
    .slice(0, LONGEST_SHOWN_ID)
    .toWellFormed()
    .replaceAll(CONTROL_CHARACTERS, '\ufffd');
}
