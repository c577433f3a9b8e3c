import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';

/** What goes wrong in place of the answer. `refuse` is an error of OAuth, such as `slow_down` or `expired_token`. */
export type OauthFault =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'refuse'; readonly error: string }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'html' }
  | { readonly kind: 'huge' }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'cut' }
  | { readonly kind: 'hang' }
  /** The tokens change, and the answer is lost on the way. */
  | { readonly kind: 'lost' };

export async function sendFault(fault: OauthFault, response: ServerResponse): Promise<void> {
  switch (fault.kind) {
    case 'status':
      send(response, fault.status, JSON.stringify({ message: 'it is ill' }));
      return;
    case 'refuse':
      send(response, 400, JSON.stringify({ error: fault.error }));
      return;
    case 'malformed':
      send(response, 200, '{"access_token": ');
      return;
    case 'html':
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><p>Log in to the wifi');
      return;
    case 'huge':
      await sendHuge(response);
      return;
    case 'redirect':
      response.writeHead(307, { location: fault.to }).end();
      return;
    case 'cut':
    case 'lost':
      response.destroy();
      return;
    case 'hang':
  }
}

/** Without an end, until the client has enough. */
async function sendHuge(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"access_token":"');
  while (!response.destroyed) {
    response.write('a'.repeat(65_536));
    await sleep(1);
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}
