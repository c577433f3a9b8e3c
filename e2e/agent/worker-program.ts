import { createInterface } from 'node:readline';
import { createWorker } from '@cuttle/client';
import { openFileBuffer } from '@cuttle/client/file-buffer';

/** A worker that says what it reads: each line is a report, `end` ends the task. It prints what it has in its buffer. */
const { WORKER_URL: url = '', WORKER_TOKEN: token = '', WORKER_BUFFER: path = '' } = process.env;
const { WORKER_LEASE_MS: leaseMs = '60000' } = process.env;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const worker = createWorker({
  url,
  token,
  name: 'builder',
  buffer: await openFileBuffer(path),
  leaseMs: Number(leaseMs),
  backoff: { firstMs: 20, maxMs: 100 },
  async run({ text, attempt }, report) {
    process.stdout.write(`task: ${text}, attempt ${attempt}\n`);
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true || value === 'end') return 'the end';
      await report.text(value);
      await report.progress(`at ${value}`);
      process.stdout.write(`booked: ${value}\n`);
    }
  },
});
await worker.start(new AbortController().signal);
