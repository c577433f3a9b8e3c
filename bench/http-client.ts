import { Agent, request } from 'node:http';

export interface HttpClient {
  /** Posts JSON and reads the whole answer. Throws for another status than 200. */
  post(
    path: string,
    body: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ text: string; ms: number; firstMs: number }>;
  close(): void;
}

/** A lean client with kept connections, so that the driver costs little beside what it measures. */
export function createHttpClient({ url, token }: { url: string; token: string }): HttpClient {
  const agent = new Agent({ keepAlive: true });
  return {
    post: (path, body, headers = {}) =>
      new Promise((resolve, reject) => {
        const startedAt = performance.now();
        const call = request(`${url}${path}`, {
          agent,
          method: 'POST',
          headers: {
            ...headers,
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
          },
        });
        call.once('error', reject);
        call.once('response', (response) => {
          let text = '';
          let firstMs = Number.NaN;
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            if (Number.isNaN(firstMs)) firstMs = performance.now() - startedAt;
            text += chunk;
          });
          response.once('error', reject);
          response.once('end', () => {
            const ms = performance.now() - startedAt;
            if (response.statusCode === 200) resolve({ text, ms, firstMs });
            else reject(new Error(`HTTP ${response.statusCode}: ${text.slice(0, 300)}`));
          });
        });
        call.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** A chat completion of the gateway's agent. */
export function turnBody(text: string, { stream = false }: { stream?: boolean } = {}): string {
  return JSON.stringify({ model: 'cuttle', stream, messages: [{ role: 'user', content: text }] });
}
