/** Something that was done or refused and that somebody may ask about later: who, what, outcome, reason. */
export interface AuditEvent {
  /** What happened: `client.created`, `client_secret.rotated`, `signing_key.rotated`. */
  readonly event: string;
  /** The client_id of who did it, `system` for what happens by itself; undefined if nobody knows. */
  readonly actor: string | undefined;
  /** The client_id, kid or name it was done to. */
  readonly subject: string | undefined;
  readonly outcome: 'success' | 'failure';
  readonly reason?: string;
  /** For people; in the log only. */
  readonly message: string;
  /** What else there is to know. Never a secret, a token or a part of one. */
  readonly details?: Readonly<Record<string, unknown>>;
}
