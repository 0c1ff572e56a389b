import type { EventLogger } from '@m2m/service-defaults';
import { jsonWebKeySet, type JsonWebKeySet, type SigningKey } from '@m2m/token-issuance';
import { OAuthError } from '../oauth/oauth-error.js';
import type { KeyEncryptionKeys } from './key-encryption-keys.js';
import { KeySchedule, stateOf } from './key-schedule.js';
import type { SigningKeySettings } from './signing-key.settings.js';
import type { SigningKeyStore } from './signing-key.store.js';
import type { StoredSigningKey } from './stored-signing-key.js';

/** A stored key with its private half, parsed once; undefined if that cannot be opened here. */
interface KnownKey extends StoredSigningKey {
  readonly signingKey: SigningKey | undefined;
}

/** The keys in use, parsed and in memory: signing a token reads nothing from anywhere. */
export class SigningKeys {
  private keys = new KeySchedule<KnownKey>([]);
  private shown: JsonWebKeySet = { keys: [] };
  private knownAt = Number.NEGATIVE_INFINITY;
  private signer: string | undefined;
  private unopened: ReadonlySet<string> = new Set();
  private reading: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | undefined;

  /** @param now milliseconds since the epoch. */
  constructor(
    private readonly store: SigningKeyStore,
    private readonly keyEncryptionKeys: KeyEncryptionKeys,
    private readonly settings: SigningKeySettings,
    private readonly logger: EventLogger,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * The key new tokens are signed by.
   *
   * @throws OAuthError `temporarily_unavailable` if there is none that could be trusted to be in use still.
   */
  get current(): SigningKey {
    const now = this.now();
    const key = this.isOutdated(now) ? undefined : this.keys.signer(now, isAtHand)?.signingKey;
    if (!key) throw noSigningKey();
    return key;
  }

  /** Every key a live token may be signed by, and the ones that will be signed by next. */
  get published(): readonly SigningKey[] {
    const now = this.now();
    return this.keys.keys.flatMap((scheduled) =>
      scheduled.key.signingKey && stateOf(scheduled, now) !== 'retired'
        ? [scheduled.key.signingKey]
        : [],
    );
  }

  /** The public halves of these (RFC 7517 5): the same object for as long as they do not change. */
  get keySet(): JsonWebKeySet {
    const { published, shown } = this;
    const isSame =
      published.length === shown.keys.length &&
      published.every(({ publicJwk }, index) => publicJwk === shown.keys[index]);
    if (!isSame) this.shown = jsonWebKeySet(published);
    return this.shown;
  }

  /** All stored keys. */
  get schedule(): KeySchedule<StoredSigningKey> {
    return this.keys;
  }

  /** How many keys are in use that cannot be opened here. */
  get unreadable(): number {
    return this.unopened.size;
  }

  /** Reads the keys anew. Who asks for it before a read has begun shares that read. */
  async reload(): Promise<void> {
    this.waiting ??= this.reading.then(() => {
      this.waiting = undefined;
      const read = this.read();
      this.reading = read.catch(() => undefined);
      return read;
    });
    return this.waiting;
  }

  private async read(): Promise<void> {
    const readAt = this.now();
    const { keys: stored } = await this.store.read();
    const known = await Promise.all(stored.map(({ key }) => this.withSigningKey(key)));
    this.keys = new KeySchedule(known);
    this.knownAt = readAt;
    this.noteSigner();
    this.noteUnreadable();
  }

  private async withSigningKey(key: StoredSigningKey): Promise<KnownKey> {
    // One that is at hand stays so, even if it has been sealed by a key-encryption key we do not have.
    const atHand = key.sealedPrivateKey && this.keys.find(key.kid)?.key.signingKey;
    return { ...key, signingKey: atHand ?? (await this.keyEncryptionKeys.open(key)) };
  }

  // The announcement is the least time in which a key can come into use, so that no token is signed by one
  // that has left the published keys meanwhile.
  private isOutdated(now: number): boolean {
    return now - this.knownAt > this.settings.announcementSeconds * 1_000;
  }

  private noteSigner(): void {
    const key = this.keys.signer(this.now(), isAtHand);
    if (!key || key.kid === this.signer) return;
    this.signer = key.kid;
    const { kid, alg, activatesAt } = key;
    this.logger.info('signing_key.activated', 'tokens are signed by another key from now on', {
      kid,
      alg,
      activates_at: activatesAt,
    });
  }

  private noteUnreadable(): void {
    const now = this.now();
    const unopened = this.keys.keys
      .filter((scheduled) => stateOf(scheduled, now) !== 'retired' && !isAtHand(scheduled.key))
      .map(({ key }) => key.kid);
    for (const kid of unopened.filter((kid) => !this.unopened.has(kid))) {
      this.logger.error(
        'signing_key.open_failed',
        'a signing key is encrypted by a key-encryption key that is not at hand here',
        { kid },
      );
    }
    this.unopened = new Set(unopened);
  }
}

function isAtHand({ signingKey }: KnownKey): boolean {
  return signingKey !== undefined;
}

const noSigningKey = () =>
  new OAuthError(
    503,
    'temporarily_unavailable',
    'There is no key to sign with. Try again shortly.',
    { 'retry-after': '5' },
  );
