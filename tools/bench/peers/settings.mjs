import { createHash, createPrivateKey, timingSafeEqual } from 'node:crypto';

/**
 * What every token server of the comparison is told: see `../token-endpoint/server-settings.ts`.
 *
 * @type {import('../token-endpoint/server-settings.ts').ServerSettings}
 */
export const settings = JSON.parse(process.argv[2] ?? '{}');

/** Imported once, as each of the libraries would have it. */
export const privateKey = createPrivateKey({ key: settings.privateKey, format: 'jwk' });

const digestOf = (secret) => createHash('sha256').update(secret).digest();
const digest = digestOf(settings.clientSecret);

/** Kept as a digest and compared in constant time, as we do it; a comparison of plain text would be 2 µs faster. */
export function isClientSecret(secret) {
  return typeof secret === 'string' && timingSafeEqual(digestOf(secret), digest);
}

/** To be called once the server listens. */
export function announceListening() {
  process.send?.('listening');
}
