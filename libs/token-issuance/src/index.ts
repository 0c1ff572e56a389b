export {
  AccessTokenIssuer,
  type AccessTokenClaims,
  type AccessTokenHeader,
  type Grant,
  type IssuedAccessToken,
} from './access-token-issuer.js';
export {
  signIntrospectionResponse,
  type IntrospectionResponseClaims,
} from './introspection-response.js';
export { jsonWebKeySet, type JsonWebKeySet } from './json-web-key-set.js';
export { keyEncryptionKeyId, sealPrivateKey, unsealPrivateKey } from './sealed-private-key.js';
export {
  generateSigningKey,
  signingAlgorithms,
  type PublicSigningJwk,
  type SigningAlgorithm,
  type SigningKey,
} from './signing-key.js';
