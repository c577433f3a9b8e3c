import { createWorker } from '@cuttle/client';
import { openFileBuffer } from '@cuttle/client/file-buffer';

const { CUTTLE_URL: url = 'http://127.0.0.1:18800', WORKER_TOKEN: token = '' } = process.env;
const { WORKER_BUFFER: path = './reports.jsonl' } = process.env;
await using buffer = await openFileBuffer(path);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const worker = createWorker({
  url,
  token,
  name: 'counter',
  buffer,
  async run({ text }, report) {
    await report.progress('counting');
    await report.text(`${text.split(' ').length} words`);
    return `${text.length} letters`;
  },
});
await worker.start(stop.signal);
