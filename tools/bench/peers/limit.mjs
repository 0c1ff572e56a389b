import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';
import { announceListening, settings } from './settings.mjs';
import { tokenResponse } from './token.mjs';

// The limit: Node's own HTTP server and a signature. No route, no log, no metrics, no check but of the secret.
createServer((request, response) => {
  let form = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => (form += chunk));
  request.on('end', () => {
    const body = JSON.stringify(tokenResponse(form, request.headers.authorization));
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    });
    response.end(body);
  });
}).listen(settings.port, '127.0.0.1', announceListening);
