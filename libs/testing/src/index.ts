import './provided-context.js';

export { accessTokenClaims } from './access-token-claims.js';
export { TestClock } from './test-clock.js';
export { createTestDatabase, type TestDatabase } from './test-database.js';
export { TestHttpServer, type ReceivedRequest, type TestAnswer } from './test-http-server.js';
export { TestIssuer } from './test-issuer.js';
export { TestSigningKey } from './test-signing-key.js';
