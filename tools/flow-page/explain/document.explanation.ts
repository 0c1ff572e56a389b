import type { Explanation } from '../flow/run.ts';

interface Document {
  readonly value: string;
  readonly source: string;
}

/** The public documents of the two servers, by their routes. */
const DOCUMENTS: Readonly<Record<string, Document>> = {
  '/.well-known/oauth-authorization-server': {
    value: 'where the endpoints of the authorization server are, and what it can do',
    source: 'RFC 8414, 3',
  },
  '/.well-known/oauth-protected-resource': {
    value: 'whose tokens this API takes',
    source: 'RFC 9728, 3',
  },
  '/oauth2/jwks': {
    value: 'the public keys by which tokens are verified; they are kept, and not asked for again',
    source: 'RFC 7517, 5',
  },
};

/** What a public document is for; nothing for other routes. */
export function explainDocument(route: string | undefined): Explanation[] {
  const document = DOCUMENTS[route ?? ''];
  if (document === undefined) return [];
  const { value, source } = document;
  return [{ title: 'A public document', source, fields: [{ name: 'tells', value }] }];
}
