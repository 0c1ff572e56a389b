import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { apiDocsContentSecurityPolicy } from './security-headers.js';

/** How an API describes itself. */
export interface ApiDescription {
  readonly title: string;
  readonly description: string;
  /** The token endpoint that issues this API's access tokens. */
  readonly tokenUrl: string;
  /** The scopes it knows, each with what it allows. */
  readonly scopes: Readonly<Record<string, string>>;
}

/** The name by which the operations of a guarded API refer to the security scheme. */
const OAUTH2_SCHEME = 'oauth2';

/** Serves the OpenAPI document at `/openapi.json` and a page for people at `/docs`. */
export function serveApiDocs(app: NestFastifyApplication, api: ApiDescription): void {
  allowDocsToLoadTheirParts(app.getHttpAdapter().getInstance(), api.tokenUrl);
  const document = new DocumentBuilder()
    .setTitle(api.title)
    .setDescription(api.description)
    .setVersion('1')
    .addOAuth2(
      {
        type: 'oauth2',
        flows: { clientCredentials: { tokenUrl: api.tokenUrl, scopes: { ...api.scopes } } },
      },
      OAUTH2_SCHEME,
    )
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, document), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
  });
}

function allowDocsToLoadTheirParts(server: FastifyInstance, tokenUrl: string): void {
  const policy = apiDocsContentSecurityPolicy(tokenUrl);
  server.addHook('onSend', async (request, reply) => {
    if (request.url.startsWith('/docs')) {
      reply.header('content-security-policy', policy);
    }
  });
}
