import type { SigningAlgorithm } from '@m2m/token-issuance';

const LONGEST_MAX_AGE_SECONDS = 300;

/** How signing keys are made and replaced. All replicas are to have the same. */
export class SigningKeySettings {
  constructor(
    readonly algorithm: SigningAlgorithm,
    /** How long a key is signed by. */
    readonly rotationSeconds: number,
    /** How long a key is published before it is signed by. */
    readonly announcementSeconds: number,
  ) {}

  /**
   * How long the published keys may be cached: half of the announcement, so that whoever fetched them right
   * before it has fetched them again by the middle of it. The other half is for caches in between and for
   * replicas that are late.
   */
  get keySetMaxAgeSeconds(): number {
    return Math.min(Math.floor(this.announcementSeconds / 2), LONGEST_MAX_AGE_SECONDS);
  }
}
