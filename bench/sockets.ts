import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { type GatewayChild, residentMb, startGateway } from './gateway-child.ts';
import { atMost, type Bench, figure, quantile } from './report.ts';

const count = 5000;
const atOnce = 50;

/** What idle clients cost. */
export const socketsBench: Bench = {
  name: 'sockets',
  title: `${count} idle WebSockets`,
  async run(report) {
    await using gateway = await startGateway();
    const warm = await Promise.all(Array.from({ length: 50 }, () => open(gateway)));
    for (const { socket } of warm) socket.close();
    await pause(3000);
    const before = await residentMb(gateway.pid);
    const sockets: WebSocket[] = [];
    const handshakes: number[] = [];
    for (let i = 0; i < count; i += atOnce) {
      const opened = await Promise.all(Array.from({ length: atOnce }, () => open(gateway)));
      for (const { socket, ms } of opened) {
        sockets.push(socket);
        handshakes.push(ms);
      }
    }
    // The handshake's own time-outs end, and its garbage goes.
    await pause(15_000);
    const after = await residentMb(gateway.pid);
    report(
      atMost(`memory of ${count} sockets`, after - before, {
        limit: 80,
        unit: 'MB',
        note: `${(((after - before) * 1024) / count).toFixed(1)} kB each`,
      }),
    );
    report(figure('handshake among them, p50', quantile(handshakes, 0.5), { unit: 'ms' }));
    for (const socket of sockets) socket.terminate();
  },
};

async function open({ url, token }: GatewayChild): Promise<{ socket: WebSocket; ms: number }> {
  const startedAt = performance.now();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { perMessageDeflate: false });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('error', reject);
  socket.once('open', () =>
    socket.send(
      JSON.stringify({
        type: 'req',
        id: '1',
        method: 'connect',
        params: {
          minProtocol: 1,
          maxProtocol: 4,
          client: { id: 'bench', version: '1', platform: process.platform, mode: 'backend' },
          auth: { token },
        },
      }),
    ),
  );
  socket.once('message', () => resolve());
  await promise;
  return { socket, ms: performance.now() - startedAt };
}
