import { parentPort, workerData } from 'node:worker_threads';
import { echoScript } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';

const { tokens } = workerData as { tokens: number }; // given by startModel
const server = await openOpenaiServer({ script: echoScript({ tokens }), apiKeys: ['test-key'] });
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort?.postMessage(server.url);
