import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { WebSocket, WebSocketServer } from 'ws';
import { createHttpClient } from './http-client.ts';
import { type Bench, figure, quantile, type Row } from './report.ts';

/** What this machine can do with nothing of ours in between: the figures to hold the others against. */
export const machineBench: Bench = {
  name: 'machine',
  title: 'the limits of this machine',
  async run(report) {
    report(await bareHttp());
    report(await bareCommit());
    report(await bareSocket());
  },
};

export async function bareHttp(): Promise<Row> {
  const server = createServer((_request, response) => response.end('{"ok":true}')).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const client = createHttpClient({ url: `http://127.0.0.1:${port}`, token: 'none' });
  const samples: number[] = [];
  for (let i = 0; i < 1500; i += 1) samples.push((await client.post('/', '{}')).ms);
  client.close();
  server.close();
  return figure('bare node:http round trip, p50', quantile(samples.slice(500), 0.5), {
    unit: 'ms',
  });
}

async function bareCommit(): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'cuttle-bench-'));
  const db = new DatabaseSync(join(folder, 'bare.db'));
  db.exec(
    'pragma journal_mode=WAL; pragma synchronous=FULL; create table t(id integer primary key, body text)',
  );
  const insert = db.prepare('insert into t(body) values (?)');
  const samples: number[] = [];
  for (let i = 0; i < 1500; i += 1) {
    const startedAt = performance.now();
    insert.run('x'.repeat(230));
    samples.push(performance.now() - startedAt);
  }
  db.close();
  await rm(folder, { recursive: true });
  return figure('bare SQLite commit, synchronous=FULL, p50', quantile(samples.slice(500), 0.5), {
    unit: 'ms',
  });
}

async function bareSocket(): Promise<Row> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  const address = server.address();
  const socket = new WebSocket(`ws://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
  await once(socket, 'open');
  const samples: number[] = [];
  for (let i = 0; i < 1500; i += 1) {
    const startedAt = performance.now();
    socket.send('{"ok":true}');
    await once(socket, 'message');
    samples.push(performance.now() - startedAt);
  }
  socket.close();
  server.close();
  return figure('bare WebSocket round trip, p50', quantile(samples.slice(500), 0.5), {
    unit: 'ms',
  });
}
